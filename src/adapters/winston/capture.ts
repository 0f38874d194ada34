// Capture: puts what a child's loggers write on the queue instead of into their transports.

import { type AdapterContext, isOnlyRelayed } from '../kit/adapter.js'
import { take } from '../kit/capture/take.js'
import { type Identity, type Loggers, levelKeys } from './identity.js'
import { type Info, isWanted, type Logger, levelName, type Transport } from './library.js'
import { shapeOf } from './rebuild.js'
import { errorOf, format, toExtra, toRecord, toShapedRecord } from './record.js'

export interface Child {
  readonly context: AdapterContext
  readonly loggers: Loggers
  /** Whether the child has set the logger's level itself. */
  readonly isOwn: (logger: Logger) => boolean
}

type Write = Logger['write']

/** Returns the replacement for a logger's `write`. */
export function captureWrites(original: Write, child: Child): Write {
  return function write(this: Logger, info: Info, ...rest: unknown[]) {
    const { ending, destroyed } = this._writableState
    const isKnown =
      typeof info === 'object' && info !== null && this.levels[levelName(info)] !== undefined
    const data = isKnown && !ending && !destroyed ? dataOf(this, info, child) : NONE
    const isAllData = data.length > 0 && data.length === this.transports.length
    if (!isKnown || ending || destroyed || isAllData) return original.call(this, info, ...rest)
    if (isWanted(this, info)) capture(this, info, data, child)
    if (info.exception || info.rejection) emitFinish(this.transports)
    const done = rest.find((arg) => typeof arg === 'function') as (() => void) | undefined
    if (done) process.nextTick(done)
    return true
  }
}

function capture(logger: Logger, info: Info, data: readonly Transport[], child: Child): void {
  const { context, loggers } = child
  const identity = loggers.identityOf(logger) ?? loggers.add(logger)
  const error = errorOf(info)
  const isOwn = child.isOwn(logger)
  const isRelayed = isOnlyRelayed(context) && isInRoot(context, identity)
  const canRebuild = isRelayed && !error && data.length === 0 && !context.registry().redact
  const shape = canRebuild ? shapeOf(info) : undefined
  if (shape) {
    take(context, toShapedRecord(logger, identity, info, shape, isOwn))
    return
  }
  const extra = context.relays ? toExtra(logger, identity, info, isOwn) : undefined
  const formatted = format(logger, info, data.length > 0)
  if (!formatted) return
  take(context, toRecord(logger, identity, formatted, error, extra))
  for (const transport of data) transport.write(formatted)
}

const NONE: readonly Transport[] = []

// Transports that write data, not log. They still write in the child.
function dataOf({ transports }: Logger, info: Info, child: Child): readonly Transport[] {
  const { stdout, stderr } = child.context.capture
  return stdout && stderr ? NONE : transports.filter((each) => isData(each, info, child))
}

// A Console transport writes data if the stream for this level is not captured: another program reads it.
function isData(transport: Transport, info: Info, { context: { capture } }: Child): boolean {
  if (transport.constructor.name !== 'Console') return false
  const name = levelName(info)
  const isError = transport.stderrLevels?.[name] ?? transport.consoleWarnLevels?.[name]
  return isError ? !capture.stderr : !capture.stdout
}

const levelKeysOf = new WeakMap<Identity, readonly string[]>()

// The root announces its loggers' levels: a known level means that the root has this logger.
function isInRoot({ levels }: AdapterContext, identity: Identity): boolean {
  let keys = levelKeysOf.get(identity)
  if (!keys) {
    keys = levelKeys(identity)
    levelKeysOf.set(identity, keys)
  }
  return keys.some((key) => levels.find('winston', key) !== undefined)
}

// After an uncaught exception, winston exits when these transports emit `finish`. In a child they write nothing and
// would never emit it.
function emitFinish(transports: readonly Transport[]): void {
  const waited = transports.filter((t) => t.handleExceptions || t.handleRejections)
  process.nextTick(() => {
    for (const transport of waited) (transport.transport ?? transport).emit?.('finish')
  })
}
