// Capture: replaces the `_emit` of bunyan's loggers: it decides which streams get a record here, and makes a record of ours.

import * as shimmer from 'shimmer'
import { isError } from '../../core/encode.js'
import { type AdapterContext, isRead, isRelaying, whileRelaying } from '../kit/adapter.js'
import { standardLevel } from '../kit/capture/normalize.js'
import { type Taken, take } from '../kit/capture/take.js'
import type { Identity } from '../kit/identity/loggers.js'
import { Leads, ownedLeads } from '../kit/leads.js'
import { isInRoot } from './levels.js'
import type { Library, Logger, LogStream, Rec } from './library.js'
import { shapeOf, toShortExtra } from './rebuild.js'
import { type Origin, toExtra, toRecord } from './record.js'
import { correctPlace, noteCalls, shownMessage } from './shown.js'
import { leadsTo } from './streams.js'

type Emit = (this: Logger, rec: Rec, noEmit?: boolean) => string | undefined

/** Patches a copy for the role `take` or `copy`. Returns the undo. */
export function captureEmits(
  { bunyan }: Library,
  context: AdapterContext,
  identities: WeakMap<Logger, Identity>,
): () => void {
  const { prototype, stdSerializers } = bunyan
  const errors = new WeakMap<object, Error>()
  shimmer.wrap(stdSerializers, 'err', (original) => {
    return function err(error) {
      const text = original(error)
      if (isError(error) && typeof text === 'object' && text !== null) errors.set(text, error)
      return text
    }
  })
  const emit = captureEmit(prototype._emit as Emit, context, errors, identities)
  shimmer.wrap(prototype, '_emit', () => emit as never)
  const undoNotes = context.redacts ? noteCalls(prototype) : () => {}
  return () => {
    undoNotes()
    shimmer.unwrap(stdSerializers, 'err')
    shimmer.unwrap(prototype, '_emit')
  }
}

function captureEmit(
  original: Emit,
  context: AdapterContext,
  errors: WeakMap<object, Error>,
  identities: WeakMap<Logger, Identity>,
): Emit {
  const { role, capture } = context
  const owned = ownedLeads(context)
  const originOf = createOrigins(identities)
  const leftOf = createLeft(context, originOf)
  return function _emit(rec, noEmit) {
    if (noEmit || isRelaying()) return original.call(this, rec, noEmit)
    if (context.redacts) correctPlace(this, rec)
    const toShown = (extra?: string): Taken => {
      const msg = shownMessage(this, rec, context.registry().redact)
      return toRecord(rec, errors, this.fields.name, msg, extra)
    }
    let all = 0
    let wanted = 0
    const isLeft = role === 'take' ? leftOf(this) : NONE
    for (const stream of this.streams) {
      const lead = leadsTo(stream, capture, isLeft)
      all |= lead
      if (stream.level <= rec.level) wanted |= lead
    }
    if (all === Leads.DATA) return original.call(this, rec)
    const relayed = wanted & Leads.OTHER ? originOf(this) : undefined
    if (relayed) {
      const short = shortRecord(rec, relayed, context)
      const line = short ? '' : (original.call(this, rec, true) ?? '')
      take(context, short ?? toShown(toExtra(relayed, line)), 'take')
    } else if (isRead(context)) take(context, toShown(), 'copy')
    else if (owned === 0) return original.call(this, rec)
    const left = owned | (relayed ? Leads.OTHER : 0)
    return whileRelaying(() =>
      wanted & left
        ? writeRest(
            original,
            this,
            rec,
            (stream) => (leadsTo(stream, capture, isLeft) & left) === 0,
          )
        : original.call(this, rec),
    )
  }
}

function createOrigins(identities: WeakMap<Logger, Identity>): (logger: Logger) => Origin {
  const origins = new WeakMap<Logger, Origin>()
  return (logger) => {
    const known = origins.get(logger)
    if (known) return known
    const { place } = identities.get(logger) ?? {}
    const origin = { name: String(logger.fields.name), place }
    origins.set(logger, origin)
    return origin
  }
}

type IsLeft = (path: string) => boolean

const NONE: IsLeft = () => false

// Tells which files the root's logger writes.
function createLeft(
  context: AdapterContext,
  originOf: (logger: Logger) => Origin,
): (logger: Logger) => IsLeft {
  const known = new WeakMap<Logger, IsLeft>()
  return (logger) => {
    let isLeft = known.get(logger)
    if (!isLeft) {
      const { name } = originOf(logger)
      isLeft = (path) => isInRoot(context, name, path)
      known.set(logger, isLeft)
    }
    return isLeft
  }
}

// Undefined if the root cannot rebuild bunyan's record from ours.
function shortRecord(rec: Rec, origin: Origin, context: AdapterContext): Taken | undefined {
  const isChanged = rec.name !== origin.name || context.registry().redact !== undefined
  const shape = isChanged ? undefined : shapeOf(rec)
  if (!shape) return undefined
  const { name, level, msg } = rec
  const extra = toShortExtra(origin, rec, shape)
  return { lib: 'bunyan', name, level: standardLevel(level), msg, fields: shape.fields, extra }
}

// Writes to the streams that are wanted. Returns the line, as bunyan does.
function writeRest(
  original: Emit,
  logger: Logger,
  rec: Rec,
  isWanted: (stream: LogStream) => boolean,
): string | undefined {
  let line: string | undefined
  for (const each of logger.streams) {
    if (each.level > rec.level || !isWanted(each)) continue
    if (!each.raw) line ??= original.call(logger, rec, true)
    each.stream.write(each.raw ? rec : line)
  }
  return line
}
