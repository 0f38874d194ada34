// Capture: wraps a loglevel logger's methods, so that handlers get a copy of each record.
//
// A method is what `methodFactory` has returned: the console's own method, or the application's or a plugin's.

import { type AdapterContext, isRelaying, terminalRole } from '../kit/adapter.js'
import { writeAndCopy } from '../kit/capture/copy.js'
import { shownArgs, take } from '../kit/capture/take.js'
import { type Logger, METHODS, type Method, nameOf } from './library.js'
import { toRecord } from './record.js'
import { withoutOurFrames } from './trace.js'

/** Wraps the methods that the logger's level enables. */
export function captureMethods(
  logger: Logger,
  context: AdapterContext,
  isActive: () => boolean,
): void {
  const level = logger.getLevel()
  const methods = logger as unknown as Record<string, Method>
  for (const [number, name] of METHODS.entries()) {
    const original = methods[name]
    if (number < level || !original) continue
    const write = name === 'trace' ? withoutOurFrames(original) : original
    methods[name] = function (this: unknown, ...args: unknown[]) {
      if (!isActive() || isRelaying() || terminalRole(context) === 'leave')
        return write.apply(this, args)
      return writeAndCopy(
        context,
        'loglevel',
        () => write.apply(this, args),
        () => take(context, toRecord(nameOf(logger), number, shownArgs(context, args)), 'copy'),
      )
    }
  }
  if (methods.debug) logger.log = methods.debug
}
