// Bell: shared words by which threads of one process wake the listener, and learn that the root's levels have changed.
//
// Any number of threads ring, one listener waits. A wake-up cannot get lost: the listener arms the bell and then looks
// into the queues again, a writer publishes and then loads the armed word, and atomic operations have one order for all
// threads.

const RINGS = 0
const ARMED = 1
const LEVELS = 2
const SIZE = 3

/** Creates the memory of a bell, shared with every thread that rings it. */
export function createBell(): SharedArrayBuffer {
  return new SharedArrayBuffer(SIZE * 4)
}

/** Wakes the listener if the bell is armed. Costs one atomic load if it is not. */
export function ring(bell: Int32Array): void {
  if (Atomics.load(bell, ARMED) === 1 && Atomics.exchange(bell, ARMED, 0) === 1) ringHard(bell)
}

/**
 * Wakes the listener even if the bell is not armed (it pauses between two batches): for a writer that has no room left.
 */
export function ringHard(bell: Int32Array): void {
  Atomics.add(bell, RINGS, 1)
  Atomics.notify(bell, RINGS)
}

/** Arms the bell: the next record rings it. The caller must look into the queues once more after this call. */
export function arm(bell: Int32Array): void {
  Atomics.store(bell, ARMED, 1)
}

/** Whether no record has rung the bell since it was armed. */
export function isArmed(bell: Int32Array): boolean {
  return Atomics.load(bell, ARMED) === 1
}

/** Publishes the version of the root's levels to all threads. */
export function setLevelsVersion(bell: Int32Array, version: number): void {
  Atomics.store(bell, LEVELS, version)
}

/** The version of the root's levels. */
export function levelsVersion(bell: Int32Array): number {
  return Atomics.load(bell, LEVELS)
}

/** Calls `callback` at each ring, until the returned function is called. */
export function onRing(bell: Int32Array, callback: () => void): () => void {
  let stopped = false
  const wait = async (): Promise<void> => {
    while (!stopped) {
      const seen = Atomics.load(bell, RINGS)
      const result = Atomics.waitAsync(bell as Int32Array<SharedArrayBuffer>, RINGS, seen)
      if (result.async) await result.value
      if (!stopped) callback()
    }
  }
  void wait()
  return () => {
    stopped = true
    ringHard(bell)
  }
}
