// Capture: in a child, puts what the root's loggers write to files on the queue instead of into the child's files.

import { nextTick } from '../../core/originals.js'
import { type AdapterContext, isOnlyRelayed, isRelaying } from '../kit/adapter.js'
import { take } from '../kit/capture/take.js'
import type { Destinations } from './destinations.js'
import { emitWritten, isListenedTo } from './events.js'
import { areFormatsPlain, formatForOthers } from './formatted.js'
import type { Loggers } from './identity.js'
import { type Info, type Logger, levelName, type Transport } from './library.js'
import { shapeOf } from './rebuild.js'
import { errorOf, format, headText, toExtra, toRecord, toShapedRecord } from './record.js'
import { showFor } from './shown.js'
import { accepts, filesAmong, innermost, isFile } from './transports.js'

export interface Child {
  readonly context: AdapterContext
  readonly loggers: Loggers
  readonly destinations: Destinations
  /** Whether the child has set the logger's level itself. */
  readonly isOwn: (logger: Logger) => boolean
}

type Write = Logger['write']

/**
 * Returns the replacement for a logger's `write`. What is not written to files is written by the child in any case;
 * everything, if the root has no such logger.
 */
export function captureWrites(original: Write, child: Child): Write {
  return function write(this: Logger, info: Info, ...rest: unknown[]) {
    if (isRelaying() || !isRelayed(this, info, child)) return original.call(this, info, ...rest)
    capture(this, info, child)
    if (info.exception || info.rejection) callFinish(filesAmong(this))
    const done = rest.find((arg) => typeof arg === 'function') as (() => void) | undefined
    if (done) nextTick(done)
    return true
  }
}

// An info that has to wait for an earlier one in this thread goes the same way. Most loggers are not the root's: that is
// known without a look at the info.
function isRelayed(logger: Logger, info: Info, { destinations }: Child): boolean {
  if (destinations.isElsewhere(logger)) return false
  const { ending, destroyed } = logger._writableState
  if (typeof info !== 'object' || info === null || ending || destroyed) return false
  if (logger.silent || logger.levels[levelName(info)] === undefined) return false
  if (logger.writableLength || logger.readableLength) return false
  const isWritten = filesAmong(logger).some((each) => accepts(logger, each, info))
  return isWritten && destinations.isInRoot(logger)
}

function capture(logger: Logger, info: Info, child: Child): void {
  const { context, loggers } = child
  const identity = loggers.identityOf(logger) ?? loggers.add(logger)
  const isOwn = child.isOwn(logger)
  const error = errorOf(info)
  const others = filesAmong(logger)
  const isPlain = areFormatsPlain(logger, others)
  const canRebuild = isPlain && isOnlyRelayed(context) && !error && !context.registry().redact
  const shape = canRebuild ? shapeOf(info) : undefined
  const shaped = shape && toShapedRecord(logger, identity, info, shape, isOwn)
  const near = logger.transports.filter((each) => !isFile(each))
  const isHeard = isListenedTo(logger, others)
  const isPrinted = isHeard || near.some((each) => accepts(logger, each, info))
  if (shaped && !isPrinted) {
    take(context, shaped)
    return
  }
  const head = shaped ? '' : headText(logger, identity, levelName(info), isOwn)
  // A format may change the info.
  const packed = isPlain && !shaped ? toExtra(head, info) : undefined
  const show = showFor(info, context)
  const formatted = format(logger, info, isPrinted || !isPlain)
  if (!formatted) return
  const extra = isPlain ? packed : toExtra(head, formatted, formatForOthers(formatted, others))
  take(context, shaped ?? toRecord(logger, identity, formatted, error, { extra, show }))
  if (!isPrinted) return
  for (const each of near) each.write(formatted)
  if (isHeard) emitWritten(logger, others, formatted)
}

// After an uncaught exception, winston exits when these transports emit `finish`. In a child they write nothing and
// would never emit it. Only winston's handler, which has just been added, is called: the logger would remove a transport
// that has emitted `finish`, and with `exitOnError: false` it goes on.
function callFinish(transports: readonly Transport[]): void {
  const waited = transports.filter((t) => t.handleExceptions || t.handleRejections)
  for (const transport of waited.map(innermost)) {
    const finish = transport._ending && transport.rawListeners?.('finish').at(-1)
    if (finish) nextTick(() => finish.call(transport))
  }
}
