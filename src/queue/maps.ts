// Maps: what the threads of a process have mapped, so that the process unmaps what an ended thread has left.
//
//   thread: i32 × SLOTS | bytes: i32 × SLOTS | address: i64 × SLOTS
//
// Node tells a thread nothing when it is terminated, and the system keeps a mapping, and the file's bytes, until the process
// ends. Invariant: a file is mapped only at an address that a slot holds, so nothing is forgotten, and an address is unmapped
// only when no slot holds it, so none is unmapped twice. Only threads of the main thread have this memory: others may end
// without anybody being told.

import { isBuiltin } from 'node:module'

/** Mapped segments of all threads together; a thread that finds no slot writes plain ones. */
const SLOTS = 256

let own: SharedArrayBuffer | undefined

/** For the threads that the main thread starts; undefined where they cannot map. */
export function openMaps(): SharedArrayBuffer | undefined {
  if (!own && isBuiltin('node:ffi')) own = new SharedArrayBuffer(SLOTS * 16)
  return own
}

/** Unmaps what a thread has left, once it has ended. Never throws. */
export function unmapLeft(thread: number): void {
  if (own) new Maps(own).free(thread)
}

export class Maps {
  readonly #threads: Int32Array
  readonly #bytes: Int32Array
  readonly #addresses: BigInt64Array

  constructor(memory: SharedArrayBuffer) {
    this.#threads = new Int32Array(memory, 0, SLOTS)
    this.#bytes = new Int32Array(memory, SLOTS * 4, SLOTS)
    this.#addresses = new BigInt64Array(memory, SLOTS * 8, SLOTS)
  }

  /** Takes a slot; undefined if there is none. */
  take(thread: number, bytes: number): number | undefined {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (Atomics.compareExchange(this.#threads, slot, 0, thread) !== 0) continue
      Atomics.store(this.#bytes, slot, bytes)
      return slot
    }
    return undefined
  }

  /** Notes where a file is going to be mapped. */
  fill(slot: number, address: bigint): void {
    Atomics.store(this.#addresses, slot, address)
  }

  /** Gives a slot back. */
  empty(slot: number): void {
    Atomics.store(this.#addresses, slot, 0n)
    Atomics.store(this.#threads, slot, 0)
  }

  /** Unmaps all that a thread has noted. */
  free(thread: number): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (Atomics.load(this.#threads, slot) !== thread) continue
      const address = Atomics.load(this.#addresses, slot)
      this.empty(slot)
      if (address !== 0n) unmap(address, Atomics.load(this.#bytes, slot))
    }
  }
}

function unmap(address: bigint, bytes: number): void {
  try {
    const { loadCalls } = require('./calls.js') as typeof import('./calls.js')
    loadCalls().unmap(address, bytes)
  } catch {
    // `node:ffi` is there for the thread and not for this one: its permissions were dropped meanwhile.
  }
}
