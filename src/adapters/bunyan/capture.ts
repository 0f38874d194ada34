// Capture: replaces the `_emit` of bunyan's loggers, so that each record becomes one of ours on the queue.

import { resolve } from 'node:path'
import * as shimmer from 'shimmer'
import { isError } from '../../core/encode.js'
import { type AdapterContext, isRelaying } from '../kit/adapter.js'
import { standardLevel } from '../kit/capture/normalize.js'
import { encodeTarget, gather, type Reached, reach, Sink } from '../kit/capture/sink.js'
import { isData, standardOf } from '../kit/capture/stdio.js'
import { take } from '../kit/capture/take.js'
import type { Identity } from '../kit/identity/loggers.js'
import type { Library, Logger, Rec } from './library.js'
import { shapeOf, toShortExtra } from './rebuild.js'
import { type Origin, toExtra, toRecord } from './record.js'

type Emit = (this: Logger, rec: Rec, noEmit?: boolean) => string | undefined

interface StreamOptions {
  readonly type?: string
  readonly path?: string
  readonly stream?: unknown
}

/** Patches a copy for the role `take` or `copy`. Returns the undo. */
export function captureEmits(
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
      ? captureEmit(library, context, errors, identities)
      : copyEmit(library, context, errors)
  shimmer.wrap(prototype, '_emit', () => emit as never)
  const target = prototype as unknown as Record<string, (...args: unknown[]) => unknown>
  if (context.role === 'take') replaceFiles(target, library, context)
  return () => {
    shimmer.unwrap(stdSerializers, 'err')
    shimmer.massUnwrap([target], ['_emit', ...(context.role === 'take' ? ['addStream'] : [])])
  }
}

// For the role `copy`: bunyan also writes the record itself.
function copyEmit(
  { bunyan }: Library,
  context: AdapterContext,
  errors: WeakMap<object, Error>,
): Emit {
  const original = bunyan.prototype._emit as Emit
  return function _emit(rec, noEmit) {
    if (!noEmit && !isRelaying()) take(context, toRecord(rec, errors))
    return original.call(this, rec, noEmit)
  }
}

// In a child: a stream gets the record only if it carries data, or if it is an object of the application's own and the
// root does not have the logger.
function captureEmit(
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
    const isInRoot = context.levels.find('bunyan', origin.name) !== undefined
    if (isInRoot && data === 0 && takeWithoutLine(rec, origin, context, errors)) return undefined
    const line = original.call(this, rec, true) ?? ''
    const to = writeOwn(this, rec, line, context, isInRoot)
    const complete = isInRoot ? origin : { ...origin, to }
    const extra = context.relays ? toExtra(complete, line) : undefined
    const role = isInRoot || to.length > 0 ? 'take' : 'copy'
    take(context, toRecord(rec, errors, extra), role)
    return line
  }
}

// Captures a record if bunyan's line is not needed: the root can rebuild it, or does not relay. Returns false, and takes
// nothing, if the line is needed.
function takeWithoutLine(
  rec: Rec,
  origin: Origin,
  context: AdapterContext,
  errors: WeakMap<object, Error>,
): boolean {
  const isChanged = rec.name !== origin.name || context.registry().redact !== undefined
  const shape = isChanged ? undefined : shapeOf(rec)
  if (shape) {
    const { name, level, msg } = rec
    const extra = context.relays ? toShortExtra(origin, rec, shape) : undefined
    const { fields } = shape
    take(context, { lib: 'bunyan', name, level: standardLevel(level), msg, fields, extra })
  } else if (!context.relays) {
    take(context, toRecord(rec, errors))
  }
  return shape !== undefined || !context.relays
}

// Writes to streams that carry data, and to the application's own streams if the root does not have the logger. Returns
// the targets that the root has to write to.
function writeOwn(
  { streams }: Logger,
  rec: Rec,
  line: string,
  { capture }: AdapterContext,
  isInRoot: boolean,
): readonly Reached[] {
  return gather(line, () => {
    for (const { level, raw, stream } of streams) {
      if (level > rec.level) continue
      const carriesData = isData(stream, capture)
      const fd = carriesData ? undefined : standardOf(stream)
      if (fd !== undefined) reach(String(fd), line)
      else if (carriesData || !isInRoot) stream.write(raw ? rec : line)
    }
  })
}

// Gives loggers sinks in place of file streams: only the root opens files.
function replaceFiles(
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

// For a `Sink`: captures text that the application writes to it directly, without a logger.
function createStray(
  { path }: Library,
  context: AdapterContext,
): (target: string, text: string) => void {
  return (target, text) => {
    const origin: Origin = { name: '', to: [target], from: path }
    const record = { lib: 'bunyan', name: 'bunyan', level: 30, msg: text.trimEnd() }
    take(context, { ...record, extra: context.relays ? toExtra(origin, text) : undefined })
  }
}
