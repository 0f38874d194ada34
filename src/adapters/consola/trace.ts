// Trace: keeps our stack frames out of the traces that consola's own reporters print for the type `trace`.

import { OWN_DIRECTORY } from '../kit/identity/callsite.js'
import { isOwn, type Options } from './library.js'

/** Runs `act`, which calls the reporters. `frames`: number of our stack frames between the application's call and them. */
export function hideFrames({ reporters }: Options, frames: number, act: () => void): void {
  const { stackTraceLimit } = Error
  const own = reporters.filter(isOwn)
  for (const reporter of own) {
    const { formatStack } = reporter
    if (!formatStack) continue
    reporter.formatStack = (stack, ...others) =>
      formatStack.call(reporter, withoutOurs(stack), ...others)
  }
  Error.stackTraceLimit = stackTraceLimit + frames
  try {
    act()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    for (const reporter of own) delete reporter.formatStack
  }
}

function withoutOurs(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => !line.includes(OWN_DIRECTORY))
    .join('\n')
}
