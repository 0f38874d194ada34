// Capture: replaces a logger's enabled methods. What plugins put into `methodFactory` (a prefix, a remote destination)
// is skipped in the child and done once, in the root.

import { type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { canDefer, errorAmong, takeDeferred, take as takeRecord } from '../kit/capture/take.js'
import { messageOf, packArgs, packPlain } from '../kit/capture/values.js'
import { tryCapture } from '../kit/guard.js'
import { type Logger, METHODS, type Method, nameOf } from './library.js'

/** One installation of the adapter. */
export interface Installation {
  readonly context: AdapterContext
  /** False after the undo: methods that are still wrapped then only call the original. */
  active: boolean
}

/** What goes with a record to the root. */
export interface Extra {
  readonly method: string
  readonly args: unknown
}

/** To be called whenever the library has assigned a logger's methods. */
export function captureMethods(logger: Logger, installation: Installation): void {
  if (installation.context.role === 'track') return
  const level = logger.getLevel()
  const methods = logger as unknown as Record<string, Method>
  for (const [index, method] of METHODS.entries()) {
    const original = methods[method]
    if (index < level || !original) continue
    methods[method] = capture(original, logger, index, installation)
  }
  if (methods.debug) logger.log = methods.debug
}

function capture(
  original: Method,
  logger: Logger,
  index: number,
  installation: Installation,
): Method {
  const { context } = installation
  const method = METHODS[index] as string
  // The console methods behind them write trace, warn and error to stderr. An uncaptured stream is data.
  const isCaptured = context.capture[index === 0 || index > 2 ? 'stderr' : 'stdout']
  return function (this: unknown, ...args: unknown[]) {
    if (!installation.active || isRelaying()) return original.apply(this, args)
    if (context.role === 'copy') whileRelaying(() => original.apply(this, args))
    else if (!isCaptured) return original.apply(this, args)
    const isTaken = tryCapture('loglevel', () =>
      take(logger, method, (index + 1) * 10, args, context),
    )
    if (!isTaken && context.role === 'take') original.apply(this, args)
  }
}

function take(
  logger: Logger,
  method: string,
  level: number,
  args: readonly unknown[],
  context: AdapterContext,
): void {
  const name = nameOf(logger)
  const plain = canDefer(context) ? packPlain(args) : undefined
  const extra = context.relays
    ? `{"method":"${method}","args":${plain ?? packArgs(args)}}`
    : undefined
  if (plain && extra && takeDeferred(context, 'loglevel', name, level, extra)) return
  takeRecord(context, {
    lib: 'loglevel',
    name,
    level,
    msg: messageOf(args),
    error: errorAmong(args),
    extra,
  })
}
