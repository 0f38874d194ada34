// Sleep: blocks a thread that waits for another process or thread and cannot return to the event loop.

/** Nobody notifies this word, so a wait on it always times out. */
const never = new Int32Array(new SharedArrayBuffer(4))

/** Blocks the thread for `milliseconds`. */
export function sleep(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds)
}
