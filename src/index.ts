// The public API: all of it, and nothing else.

import { install } from './install.js'
import type { Logger } from './logger/logger.js'
import type { RecordHandler, Stats } from './tree/instance.js'
import { instance } from './tree/place.js'

export type {
  ConsoleHandlerOptions,
  FileHandlerOptions,
  HandlerOptions,
  Options,
  RelayHandlerOptions,
} from './config/options.js'
export type { KeepOptions, RotateOptions } from './config/rotate.js'
export { LogshareError } from './core/errors.js'
export type { Level, Threshold } from './core/level.js'
export type { LogRecord } from './core/record.js'
export type { ChildOptions, Logger, LogMethod } from './logger/logger.js'
export type { RecordHandler as Handler, Stats } from './tree/instance.js'
export { install }

/** The logger of a dotted name, the same one at each call; without a name the root logger. */
export function getLogger(name?: string): Logger {
  return instance().registry.getLogger(name)
}

/** Resolves when everything logged before the call has left the process. In a child: at once. */
export function flush(): Promise<void> {
  return instance().flush()
}

/**
 * Has the listener look at once whether its log files were moved away (by logrotate, say), and go on in new ones where
 * their paths lead; it does so by itself too, with the first record a tenth of a second later. Resolves when that is
 * done: nothing is written into the files that were moved any more. For the root; in a child it does nothing.
 */
export function reopen(): Promise<void> {
  return instance().reopen()
}

/** Counters of this thread and, in the root, of the listener. */
export function stats(): Stats {
  return instance().stats()
}

/**
 * Adds a handler on the root's main thread: a function called with each record, or an object with
 * `write(records)`. Returns what removes it. In a child it does nothing: records end in the root.
 */
export function addHandler(
  handler: RecordHandler | ((record: import('./core/record.js').LogRecord) => void),
): () => void {
  if (typeof handler !== 'function') return instance().addHandler(handler)
  return instance().addHandler({
    write(records) {
      let failure: { readonly error: unknown } | undefined
      for (const record of records) {
        try {
          handler(record)
        } catch (error) {
          failure ??= { error } // told when the others of the batch have been called for
        }
      }
      if (failure) throw failure.error
    },
  })
}
