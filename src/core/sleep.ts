// Nap: a thread stands still for a moment, where it waits for another process or thread and cannot be called back.

const never = new Int32Array(new SharedArrayBuffer(4))

/** Blocks the thread for so many milliseconds. */
export function sleep(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds)
}
