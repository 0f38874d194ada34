// Relay: writes a child's record through the root's logger of the same name, else through the default logger.

import type { LogRecord } from '../../core/record.js'
import { unpackArgs } from '../kit/capture/values.js'
import { relayInto } from '../kit/guard.js'
import type { Extra } from './capture.js'
import { copies, type Logger } from './library.js'

/**
 * Makes the method anew instead of calling the logger's: that one does nothing if the level is disabled in the root,
 * but the child has checked the level already. Returns undefined if loglevel is not loaded in the root.
 */
export function relay({ name }: LogRecord, text: string | undefined): boolean | undefined {
  const logger = find(name)
  if (text === undefined) return false
  if (!logger) return undefined
  const { method, args } = JSON.parse(text) as Extra
  return relayInto('loglevel', () => {
    const write = logger.methodFactory(method, logger.getLevel(), logger.name)
    if (method === 'trace') withoutStack(() => write(...unpackArgs(args)))
    else write(...unpackArgs(args))
  })
}

function find(name: string): Logger | undefined {
  for (const copy of copies) {
    const loggers = copy.getLoggers()
    if (Object.hasOwn(loggers, name)) return loggers[name]
  }
  const [first] = copies
  return first
}

// `console.trace` prints the call's stack, which here would be that of the relay.
function withoutStack(act: () => void): void {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    act()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
