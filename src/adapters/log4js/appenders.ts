// Appenders: keeps a child from creating log4js appenders, except those that write data to a standard stream.

import type { Capture } from '../../core/stdio.js'
import type { Appender, AppenderConfig, Config } from './library.js'

const STREAMS: Readonly<Record<string, keyof Capture>> = {
  stdout: 'stdout',
  console: 'stdout',
  stderr: 'stderr',
}

/** Takes the place of an appender that only the root creates. */
export const disabledAppender: Appender = () => {}

const DISABLED = { configure: () => disabledAppender }

/** Disables appenders in `config`, which log4js has not applied yet. */
export function disableAppenders({ appenders = {} }: Config, capture: Capture): void {
  const kept = new Set(Object.keys(appenders).filter((name) => isData(appenders, name, capture)))
  for (const [name, appender] of Object.entries(appenders)) {
    if (!kept.has(name) && appender?.type !== undefined) appender.type = DISABLED
  }
}

// Whether the appender, or the one it filters for, writes to a stream that is not captured.
function isData(
  appenders: Readonly<Record<string, AppenderConfig>>,
  name: string,
  capture: Capture,
  visited: readonly string[] = [],
): boolean {
  const { type, appender } = appenders[name] ?? {}
  const stream = typeof type === 'string' ? STREAMS[type] : undefined
  if (stream) return !capture[stream]
  if (typeof appender !== 'string' || visited.includes(name)) return false
  return isData(appenders, appender, capture, [...visited, name])
}
