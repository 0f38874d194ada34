// Bell: how threads of one process wake the listener, and only when it sleeps; and see that the root's levels have changed.

const RINGS = 0
const ARMED = 1
const LEVELS = 2
const SIZE = 3

/** Memory for a bell, to be shared with every thread that rings it. */
export function createBell(): SharedArrayBuffer {
  return new SharedArrayBuffer(SIZE * 4)
}

/** Wakes the listener if it sleeps: one atomic load when it does not. */
export function ring(bell: Int32Array): void {
  if (Atomics.load(bell, ARMED) === 1 && Atomics.exchange(bell, ARMED, 0) === 1) ringHard(bell)
}

/** Wakes the listener from a timed rest too: for a writer that has no room left. */
export function ringHard(bell: Int32Array): void {
  Atomics.add(bell, RINGS, 1)
  Atomics.notify(bell, RINGS)
}

/** From now on the next record rings. Look once more into the queues after calling this. */
export function arm(bell: Int32Array): void {
  Atomics.store(bell, ARMED, 1)
}

/** Tells all threads that the root's levels have this version now. */
export function setLevelsVersion(bell: Int32Array, version: number): void {
  Atomics.store(bell, LEVELS, version)
}

export function levelsVersion(bell: Int32Array): number {
  return Atomics.load(bell, LEVELS)
}

/** Calls back at every ring until the returned function is called. */
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
