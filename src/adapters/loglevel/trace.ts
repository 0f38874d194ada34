// Trace: keeps our stack frames out of the trace that `console.trace` prints for loglevel's method `trace`.

import { OWN_DIRECTORY } from '../kit/identity/callsite.js'
import type { Method } from './library.js'

/** At least the number of our stack frames between the application's call and `console.trace`. */
const MAX_FRAMES = 10

const FRAME = /^ +at /

/** The method, with a trace as if the application had called it without us. `console.trace` prints by `console.error`. */
export function withoutOurFrames(trace: Method): Method {
  return function (this: unknown, ...args: unknown[]) {
    const { error } = console
    const { stackTraceLimit } = Error
    console.error = (text: unknown, ...others: unknown[]) =>
      error.call(
        console,
        typeof text === 'string' ? shorten(text, stackTraceLimit) : text,
        ...others,
      )
    Error.stackTraceLimit = stackTraceLimit + MAX_FRAMES
    try {
      return trace.apply(this, args)
    } finally {
      console.error = error
      Error.stackTraceLimit = stackTraceLimit
    }
  }
}

function shorten(text: string, limit: number): string {
  let frames = 0
  return text
    .split('\n')
    .filter((line) => {
      if (!FRAME.test(line)) return true
      return !line.includes(OWN_DIRECTORY) && ++frames <= limit
    })
    .join('\n')
}
