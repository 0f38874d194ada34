// Clock: lets formats of the root that read the clock see the time of the child's record.

import type { RealDate } from '../../../core/originals.js'

type Clock = typeof RealDate

/** Runs `act`. Until it returns, `Date` gives `time` (ms since the epoch). */
export function atTime<T>(time: number, act: () => T): T {
  const clock = globalThis.Date
  globalThis.Date = stopped(clock, Math.floor(time))
  try {
    return act()
  } finally {
    globalThis.Date = clock
  }
}

// Instances are made by the original class, so they are ordinary dates after the call too.
function stopped(clock: Clock, time: number): Clock {
  const now = (): number => time
  const proxy: Clock = new Proxy(clock, {
    construct: (target, args, self) =>
      Reflect.construct(target, args.length === 0 ? [time] : args, self === proxy ? target : self),
    apply: (target) => new target(time).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  })
  return proxy
}
