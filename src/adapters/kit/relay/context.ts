// Context: lets formats and layouts of the root that read the clock or the process id see the values of the child's record.

import type { LogRecord } from '../../../core/record.js'

type Clock = typeof Date

/** Runs `act`. Until it returns, `Date` gives the record's time and `process.pid` the record's process id. */
export function inContextOf<T>({ time, pid }: Pick<LogRecord, 'time' | 'pid'>, act: () => T): T {
  const clock = globalThis.Date
  const own = Object.getOwnPropertyDescriptor(process, 'pid')
  const isOther = pid !== process.pid && own?.configurable === true
  globalThis.Date = stopped(clock, Math.floor(time))
  if (isOther) Object.defineProperty(process, 'pid', { ...own, value: pid })
  try {
    return act()
  } finally {
    globalThis.Date = clock
    if (isOther) Object.defineProperty(process, 'pid', own)
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
