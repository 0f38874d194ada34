// Gate: stops the threads of a process in their log calls once the queues are read for the last time before it exits.
//
// Without it, calls would return whose records nobody reads any more: threads run on until Node ends them. A thread publishes its
// record and then looks at the gate; the main thread shuts the gate and then reads. Atomic operations have one order for
// all threads, so each record is either read, or its call does not return.

import type { QueueWriter } from './queue.js'

/** Longest time (ms) a call waits for the end of its thread, in case something holds up the exit. */
const LIMIT = 60_000
const REFUSING: QueueWriter = { write: () => false, close() {} }

let own: SharedArrayBuffer | undefined

/** The gate of this process, for the threads that it starts. */
export function openGate(): SharedArrayBuffer {
  own ??= new SharedArrayBuffer(4)
  return own
}

/** From now on, no log call of a thread returns. Called on the main thread, before it reads the queues and exits. */
export function shutGate(): void {
  if (own) Atomics.store(new Int32Array(own), 0, 1)
}

/**
 * Returns a function to be called after each record. Once the gate is shut it does not return before the thread is ended;
 * should that take longer than `LIMIT`, it calls `refuse` with a queue that has no room.
 */
export function createPass(
  memory: SharedArrayBuffer,
  refuse: (queue: QueueWriter) => void,
): () => void {
  const gate = new Int32Array(memory)
  let isStuck = false
  return () => {
    if (Atomics.load(gate, 0) === 0) return
    Atomics.wait(gate, 0, 1, isStuck ? 0 : LIMIT)
    isStuck = true
    refuse(REFUSING)
  }
}
