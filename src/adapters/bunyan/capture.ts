// Capture: takes what bunyan's loggers emit, and keeps a child's from opening files.

import { resolve } from 'node:path'
import * as shimmer from 'shimmer'
import { isError } from '../../core/encode.js'
import { encodeFields } from '../../core/record.js'
import { type AdapterContext, isRelaying } from '../kit/adapter.js'
import { fieldsOf, standardLevel } from '../kit/capture/normalize.js'
import { encodeTarget, gather, type Reached, reach, Sink } from '../kit/capture/sink.js'
import { isData, standardOf } from '../kit/capture/stdio.js'
import { type Taken, take } from '../kit/capture/take.js'
import type { Identity } from '../kit/identity/loggers.js'
import type { Library, Logger, Rec } from './library.js'
import { shapeOf } from './rebuild.js'
import { type Origin, packExtra, packShape } from './relay.js'

type Emit = (this: Logger, rec: Rec, noEmit?: boolean) => string | undefined

interface StreamOptions {
  readonly type?: string
  readonly path?: string
  readonly stream?: unknown
}

/** Patches a copy as the context's role says; returns the undo. */
export function capture(
  library: Library,
  context: AdapterContext,
  identities: WeakMap<Logger, Identity>,
): () => void {
  const { prototype, stdSerializers } = library.bunyan
  const errors = new WeakMap<object, Error>()
  shimmer.wrap(stdSerializers, 'err', (original) => {
    return function err(error) {
      const text = original(error)
      if (isError(error) && typeof text === 'object' && text !== null) errors.set(text, error)
      return text
    }
  })
  const emit =
    context.role === 'take'
      ? taking(library, context, errors, identities)
      : copying(library, context, errors)
  shimmer.wrap(prototype, '_emit', () => emit as never)
  const target = prototype as unknown as Record<string, (...args: unknown[]) => unknown>
  if (context.role === 'take') wrapStreams(target, library, context)
  return () => {
    shimmer.unwrap(stdSerializers, 'err')
    shimmer.massUnwrap([target], ['_emit', ...(context.role === 'take' ? ['addStream'] : [])])
  }
}

// In the root: written as always, and a copy taken.
function copying(
  { bunyan }: Library,
  context: AdapterContext,
  errors: WeakMap<object, Error>,
): Emit {
  const original = bunyan.prototype._emit as Emit
  return function _emit(rec, noEmit) {
    if (!noEmit && !isRelaying()) take(context, describe(rec, errors))
    return original.call(this, rec, noEmit)
  }
}

// In a child: taken, unless the root has no such logger and the stream is an object of the application's own.
function taking(
  { bunyan, path }: Library,
  context: AdapterContext,
  errors: WeakMap<object, Error>,
  identities: WeakMap<Logger, Identity>,
): Emit {
  const original = bunyan.prototype._emit as Emit
  const origins = new WeakMap<Logger, Origin>()
  const originOf = (logger: Logger, { name }: Rec): Origin => {
    const { name: own = name, place } = identities.get(logger) ?? {}
    const origin = origins.get(logger) ?? { name: String(own), place, from: path }
    origins.set(logger, origin)
    return origin
  }
  return function _emit(rec, noEmit) {
    const { streams } = this
    const data = streams.filter(({ stream }) => isData(stream, context.capture)).length
    if (noEmit || isRelaying() || data === streams.length) return original.call(this, rec, noEmit)
    const origin = originOf(this, rec)
    const isKnown = context.levels.find('bunyan', origin.name) !== undefined
    if (isKnown && data === 0 && takeAlone(rec, origin, context, errors)) return undefined
    const line = original.call(this, rec, true) ?? ''
    const to = write(this, rec, line, context, isKnown)
    const whole = isKnown ? origin : { ...origin, to }
    const extra = context.relays ? packExtra(whole, line) : undefined
    const role = isKnown || to.length > 0 ? 'take' : 'copy'
    take(context, describe(rec, errors, extra), role)
    return line
  }
}

// Without the line, if nobody wants it: the root makes it from the record, or does not write it. Says whether it is so.
function takeAlone(
  rec: Rec,
  origin: Origin,
  context: AdapterContext,
  errors: WeakMap<object, Error>,
): boolean {
  const isChanged = rec.name !== origin.name || context.registry().redact !== undefined
  const shaped = isChanged ? undefined : shapeOf(rec)
  if (shaped) {
    const { name, level, msg } = rec
    const extra = context.relays ? packShape(origin, rec, shaped) : undefined
    const { fields } = shaped
    take(context, { lib: 'bunyan', name, level: standardLevel(level), msg, fields, extra })
  } else if (!context.relays) {
    take(context, describe(rec, errors))
  }
  return shaped !== undefined || !context.relays
}

// To what is data, and to the application's own streams if nobody else writes to such; returns what is for the root.
function write(
  { streams }: Logger,
  rec: Rec,
  line: string,
  { capture }: AdapterContext,
  isKnown: boolean,
): readonly Reached[] {
  return gather(line, () => {
    for (const { level, raw, stream } of streams) {
      if (level > rec.level) continue
      const isOwn = isData(stream, capture)
      const fd = isOwn ? undefined : standardOf(stream)
      if (fd !== undefined) reach(String(fd), line)
      else if (isOwn || !isKnown) stream.write(raw ? rec : line)
    }
  })
}

// Files are opened in the root.
function wrapStreams(
  target: Record<string, (...args: unknown[]) => unknown>,
  library: Library,
  context: AdapterContext,
): void {
  const stray = createStray(library, context)
  shimmer.wrap(target, 'addStream', (original) => {
    return function addStream(this: Logger, ...args) {
      const [given, ...rest] = args as [StreamOptions, ...unknown[]]
      return original.call(this, sinkFor(given, stray) ?? given, ...rest)
    }
  })
}

function sinkFor(
  given: StreamOptions,
  stray: (target: string, text: string) => void,
): StreamOptions | undefined {
  const { type, path, stream } = given
  const isFile = type === 'rotating-file' || type === 'file' || type === undefined
  if (!isFile || stream || typeof path !== 'string') return undefined
  const target = encodeTarget({ ...given, path: resolve(path) })
  if (target === undefined) return undefined
  return { ...given, type: 'stream', stream: new Sink(target, stray, { file: path }) }
}

function createStray(
  { path }: Library,
  context: AdapterContext,
): (target: string, text: string) => void {
  return (target, text) => {
    const origin: Origin = { name: '', to: [target], from: path }
    const record = { lib: 'bunyan', name: 'bunyan', level: 30, msg: text.trimEnd() }
    take(context, { ...record, extra: context.relays ? packExtra(origin, text) : undefined })
  }
}

const OWN = ['name', 'level', 'msg', 'time', 'v']

function describe(rec: Rec, errors: WeakMap<object, Error>, extra?: string | undefined): Taken {
  const { name, level, msg, err } = rec
  const fields = fieldsOf(rec, OWN)
  const error = typeof err === 'object' && err !== null ? errors.get(err) : undefined
  if (error) delete fields.err
  return {
    lib: 'bunyan',
    name: String(name),
    level: standardLevel(level),
    msg: String(msg),
    error,
    fields: encodeFields(fields),
    extra,
  }
}
