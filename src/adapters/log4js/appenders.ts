// Appenders of log4js in a child: none is made, but of what is written to a stream that is data.

import type { Capture } from '../../core/stdio.js'
import type { Appender, AppenderConfig, Config } from './library.js'

const STREAMS: Readonly<Record<string, keyof Capture>> = {
  stdout: 'stdout',
  console: 'stdout',
  stderr: 'stderr',
}

/** Stands for one that the root has. */
export const inert: Appender = () => {}

const INERT = { configure: () => inert }

/** Changes a configuration that is about to be used. */
export function leaveOutAppenders({ appenders = {} }: Config, capture: Capture): void {
  const kept = new Set(Object.keys(appenders).filter((name) => isData(appenders, name, capture)))
  for (const [name, appender] of Object.entries(appenders)) {
    if (!kept.has(name) && appender?.type !== undefined) appender.type = INERT
  }
}

function isData(
  appenders: Readonly<Record<string, AppenderConfig>>,
  name: string,
  capture: Capture,
  passed: readonly string[] = [],
): boolean {
  const { type, appender } = appenders[name] ?? {}
  const stream = typeof type === 'string' ? STREAMS[type] : undefined
  if (stream) return !capture[stream]
  if (typeof appender !== 'string' || passed.includes(name)) return false
  return isData(appenders, appender, capture, [...passed, name])
}
