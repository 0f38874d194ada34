// winston in a child: what its loggers write leaves for the root.

import { type AdapterContext, isOnlyRelayed } from '../kit/adapter.js'
import { take } from '../kit/capture/take.js'
import type { Loggers } from './identity.js'
import { type Info, isWanted, type Logger, levelName, type Transport } from './library.js'
import { isKnown, shapeOf } from './rebuild.js'
import { errorOf, format, toExtra, toShaped, toTaken } from './record.js'

export interface Child {
  readonly context: AdapterContext
  readonly loggers: Loggers
  /** Whether the level of a logger is the child's own. */
  readonly isOwn: (logger: Logger) => boolean
}

type Write = Logger['write']

/** What a logger's `write` does instead. */
export function takeWrites(original: Write, child: Child): Write {
  return function write(this: Logger, info: Info, ...rest: unknown[]) {
    const { ending, destroyed } = this._writableState
    const isKnown =
      typeof info === 'object' && info !== null && this.levels[levelName(info)] !== undefined
    const data = isKnown && !ending && !destroyed ? dataOf(this, info, child) : NONE
    const isAllData = data.length > 0 && data.length === this.transports.length
    if (!isKnown || ending || destroyed || isAllData) return original.call(this, info, ...rest)
    if (isWanted(this, info)) send(this, info, data, child)
    if (info.exception || info.rejection) finish(this.transports)
    const done = rest.find((arg) => typeof arg === 'function') as (() => void) | undefined
    if (done) process.nextTick(done)
    return true
  }
}

function send(logger: Logger, info: Info, data: readonly Transport[], child: Child): void {
  const { context, loggers } = child
  const identity = loggers.identityOf(logger) ?? loggers.add(logger)
  const error = errorOf(info)
  const isOwn = child.isOwn(logger)
  const isRelayed = isOnlyRelayed(context) && isKnown(context, identity)
  const isWhole = isRelayed && !error && data.length === 0 && !context.registry().redact
  const shaped = isWhole ? shapeOf(info) : undefined
  if (shaped) {
    take(context, toShaped(logger, identity, info, shaped, isOwn))
    return
  }
  const extra = context.relays ? toExtra(logger, identity, info, isOwn) : undefined
  const formatted = format(logger, info, data.length > 0)
  if (!formatted) return
  take(context, toTaken(logger, identity, formatted, error, extra))
  for (const transport of data) transport.write(formatted)
}

const NONE: readonly Transport[] = []

function dataOf({ transports }: Logger, info: Info, child: Child): readonly Transport[] {
  const { stdout, stderr } = child.context.capture
  return stdout && stderr ? NONE : transports.filter((each) => isData(each, info, child))
}

// A console whose stream is read by a program, not by a person.
function isData(transport: Transport, info: Info, { context: { capture } }: Child): boolean {
  if (transport.constructor.name !== 'Console') return false
  const name = levelName(info)
  const isError = transport.stderrLevels?.[name] ?? transport.consoleWarnLevels?.[name]
  return isError ? !capture.stderr : !capture.stdout
}

// winston ends the process when its transports have written an exception: they have none to write.
function finish(transports: readonly Transport[]): void {
  const waited = transports.filter((t) => t.handleExceptions || t.handleRejections)
  process.nextTick(() => {
    for (const transport of waited) (transport.transport ?? transport).emit?.('finish')
  })
}
