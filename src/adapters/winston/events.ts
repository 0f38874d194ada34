// Events: a child's logger and file transports emit for a record that the root writes what they emit for their own.

import { setImmediate } from '../../core/originals.js'
import type { Info, Logger, Transport } from './library.js'
import { accepts, innermost } from './transports.js'

// Captured at load: test frameworks replace it with fake timers.
const later = setImmediate

/** The name of the listeners with which a stream passes what it reads to those that it is piped to. */
const PIPE = 'ondata'

type Listener = (this: unknown, info: Info) => void

/** Whether the application listens to `data` of the logger or `logged` of the transports. */
export function isListenedTo(logger: Logger, files: readonly Transport[]): boolean {
  return (
    logger.listenerCount('data') > logger.transports.length ||
    files.some((each) => innermost(each).listenerCount?.('logged'))
  )
}

/** `info` is what the logger's format has returned. */
export function emitWritten(logger: Logger, files: readonly Transport[], info: Info): void {
  for (const listener of logger.rawListeners('data') as Listener[])
    if (listener.name !== PIPE) listener.call(logger, info)
  for (const each of files)
    if (accepts(logger, each, info)) later(() => innermost(each).emit?.('logged', info))
}
