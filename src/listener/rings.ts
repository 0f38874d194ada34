// Rings: the ring queues of the root's threads; the main thread allocates and reuses them.

import type { MessagePort } from 'node:worker_threads'
import { uniqueHex } from '../core/unique.js'
import { capacityOf, createRing, emptyRing, RING_CAPACITY } from '../queue/ring.js'
import type { Command } from './channel.js'

/** Rings kept for future threads, at most. */
const MAX_SPARE = 8
/**
 * A busy thread fills 2 MiB before its first record is due, and then waits half of the time. So the rings of a few threads
 * are larger; only what was written to takes up memory.
 */
const FEW = 4
const LARGE = 2 ** 23

export class Rings {
  readonly #post: (command: Command, transfer: readonly MessagePort[]) => void
  // Rings of live threads, and of ended ones that are not read to their end. If the listener thread dies, the next one
  // gets them.
  readonly #used = new Map<string, SharedArrayBuffer>()
  // Rings read to their end, for reuse: V8 does not count shared memory as heap pressure and would collect it late.
  readonly #spare: SharedArrayBuffer[] = []

  /** `post` sends a command to the listener thread. */
  constructor(post: (command: Command, transfer: readonly MessagePort[]) => void) {
    this.#post = post
  }

  values(): Iterable<SharedArrayBuffer> {
    return this.#used.values()
  }

  /**
   * A ring for a new thread, which the listener reads from now on. When the port closes, the ring's producer has ended.
   */
  prepare(): { readonly memory: SharedArrayBuffer; readonly port: MessagePort } {
    const { MessageChannel } =
      require('node:worker_threads') as typeof import('node:worker_threads')
    const { port1, port2 } = new MessageChannel()
    const id = uniqueHex() + uniqueHex()
    const memory = this.#create(this.#used.size < FEW ? LARGE : RING_CAPACITY)
    this.add(id, memory)
    this.#post({ type: 'ring', id, memory, port: port1 }, [port1])
    return { memory, port: port2 }
  }

  #create(capacity: number): SharedArrayBuffer {
    const found = this.#spare.findIndex((memory) => capacityOf(memory) === capacity)
    return this.#spare.splice(found, found < 0 ? 0 : 1)[0] ?? createRing(capacity)
  }

  /** Called for a ring that a thread made for a thread of its own. */
  add(id: string, memory: SharedArrayBuffer): void {
    this.#used.set(id, memory)
  }

  /** Called when a ring's thread has ended and the ring was read to its end. */
  retire(id: string): void {
    const memory = this.#used.get(id)
    this.#used.delete(id)
    if (!memory || this.#spare.length >= MAX_SPARE) return
    emptyRing(memory)
    this.#spare.push(memory)
  }
}
