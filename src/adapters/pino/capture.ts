// Capture: replaces the `write` of pino's loggers, so that each line they format becomes a record on the queue.

import { type AdapterContext, isRelaying } from '../kit/adapter.js'
import { gather, type Reached, reach, Sink } from '../kit/capture/sink.js'
import { isData, standardOf } from '../kit/capture/stdio.js'
import { take } from '../kit/capture/take.js'
import { type Identity, keyOf } from '../kit/identity/loggers.js'
import { type Facts, factsOf } from './bindings.js'
import { takeLine } from './deferred.js'
import type { Parts } from './fields.js'
import {
  type Library,
  type Logger,
  type Stream,
  streamOf,
  type Write,
  writeLine,
} from './library.js'
import { createFormatter, type Line } from './line.js'
import { toShortExtra } from './rebuild.js'
import { type Origin, textToRecord, toExtra, toRecord } from './record.js'
import type { Tracker } from './tracker.js'

/**
 * In a child: the replacement for `write`. The logger's destination gets a line only if it carries data, or if it is an
 * object of the application's own and the root does not have the logger.
 */
export function captureWrites(library: Library, context: AdapterContext, tracker: Tracker): Write {
  const format = createFormatter(library)
  const originOf = createOrigins(library)
  const findInRoot = (logger: Logger, facts: Facts): void => {
    const identity = tracker.ownerIdentity(logger)
    facts.isInRoot =
      identity !== undefined && context.levels.find('pino', keyOf(identity)) !== undefined
    facts.checkedAt = context.levels.changes
  }
  return function write(object, message, level) {
    const stream = streamOf(library, this)
    if (isRelaying() || isData(stream, context.capture)) {
      library.write.call(this, object, message, level)
      return
    }
    const line = format(this, object, message, level)
    if (!line) return
    const facts = factsOf(library, this)
    if (facts.checkedAt !== context.levels.changes) findInRoot(this, facts)
    if (takeLine(line, facts, tracker, context)) return
    const { isInRoot } = facts
    const to = isInRoot ? undefined : writeOwn(stream, line, context)
    const extraOf = (parts: Parts | undefined): string => {
      const origin = originOf(tracker.ownerIdentity(this), to)
      const canRebuild = parts && isInRoot && !context.registry().redact
      return canRebuild ? toShortExtra(origin, line, parts) : toExtra(origin, line)
    }
    const record = toRecord(library, this, line, facts, context.relays ? extraOf : undefined)
    take(context, record, to?.length === 0 ? 'copy' : 'take')
  }
}

/** For the role `copy`: the replacement for `write`, which also writes the line as pino does. */
export function copyWrites(library: Library, context: AdapterContext): Write {
  const format = createFormatter(library)
  return function write(object, message, level) {
    if (isRelaying()) {
      library.write.call(this, object, message, level)
      return
    }
    const line = format(this, object, message, level)
    if (!line) return
    take(context, toRecord(library, this, line, factsOf(library, this)))
    writeLine(streamOf(library, this), line.text, () => metadataOf(line))
  }
}

/** For a `Sink`: captures text that the application writes to it directly, without a logger. */
export function createStray(
  { path }: Library,
  context: AdapterContext,
): (target: string, text: string) => void {
  return (target, text) => {
    const record = textToRecord(text)
    const origin = JSON.stringify({ to: [target], from: path } satisfies Origin)
    const line = { lastLevel: record.level, lastTime: '', text }
    take(context, { ...record, extra: context.relays ? toExtra(origin, line) : undefined })
  }
}

// Returns a function that makes an `Origin` as JSON. For loggers that the root has, it is cached by identity.
function createOrigins({
  path,
}: Library): (identity?: Identity, to?: readonly Reached[]) => string {
  const origins = new WeakMap<Identity, string>()
  const toText = (identity?: Identity, to?: readonly Reached[]): string =>
    JSON.stringify({ ...identity, ...(to && { to }), from: path } satisfies Origin)
  return (identity, to) => {
    if (!identity || to) return toText(identity, to)
    const known = origins.get(identity) ?? toText(identity)
    origins.set(identity, known)
    return known
  }
}

// Writes the line to streams of the application's own. Returns the targets that the root has to write it to.
function writeOwn(stream: Stream, line: Line, context: AdapterContext): readonly Reached[] {
  return gather(line.text, () => {
    const fd = standardOf(stream)
    if (fd !== undefined) {
      reach(String(fd), line.text)
      return
    }
    // The root also writes what a multistream sends to captured standard streams: replace these members.
    for (const member of stream.streams ?? []) {
      const own = member.stream
      const ownFd = own instanceof Sink ? undefined : standardOf(own)
      if (ownFd === undefined || isData(own, context.capture)) continue
      member.stream = { write: (text) => reach(String(ownFd), text) || own.write(text) }
    }
    writeLine(stream, line.text, () => metadataOf(line))
  })
}

function metadataOf({ text: _, ...metadata }: Line): Omit<Line, 'text'> {
  return metadata
}
