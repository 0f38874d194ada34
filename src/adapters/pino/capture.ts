// Capture: replaces the `write` of pino's loggers: it decides which destinations get a line here, and makes a record of it.

import { type AdapterContext, isRead, isRelaying, whileRelaying } from '../kit/adapter.js'
import { take } from '../kit/capture/take.js'
import type { Identity } from '../kit/identity/loggers.js'
import { Leads, ownedLeads } from '../kit/leads.js'
import { type Facts, factsOf } from './bindings.js'
import { takeLine } from './deferred.js'
import type { Parts } from './fields.js'
import { noteRelayed } from './late.js'
import { isInRoot, leftTo } from './levels.js'
import { type Library, type Logger, streamOf, type Write, writeLine } from './library.js'
import { createFormatter, type Line } from './line.js'
import { toShortExtra } from './rebuild.js'
import { type Origin, textToRecord, toExtra, toRecord } from './record.js'
import { leadsTo, NONE, restOf } from './streams.js'
import type { Tracker } from './tracker.js'

/** The replacement for `write`, for the roles `take` and `copy`. */
export function captureWrites(library: Library, context: AdapterContext, tracker: Tracker): Write {
  const format = createFormatter(library)
  const originOf = createOrigins()
  const { capture, role, relays } = context
  const owned = ownedLeads(context)
  const mayRelay = role === 'take' && relays
  const findInRoot = (logger: Logger, facts: Facts): void => {
    const identity = tracker.ownerIdentity(logger)
    facts.isInRoot = mayRelay && identity !== undefined && isInRoot(context, identity)
    facts.isLeft = facts.isInRoot && identity ? leftTo(context, identity) : NONE
    facts.checkedAt = context.levels.changes
  }
  const takeRelayed = (logger: Logger, line: Line, facts: Facts): void => {
    if (takeLine(line, facts, tracker, context)) return
    const extraOf = (parts: Parts | undefined): string => {
      const origin = originOf(tracker.ownerIdentity(logger))
      const canRebuild = parts && !context.registry().redact
      return canRebuild ? toShortExtra(origin, line, parts) : toExtra(origin, line)
    }
    take(context, toRecord(library, logger, line, facts, extraOf), 'take')
  }
  return function write(object, message, level) {
    const stream = streamOf(library, this)
    const facts = factsOf(library, this)
    if (facts.checkedAt !== context.levels.changes) findInRoot(this, facts)
    const leads = isRelaying() ? Leads.DATA : leadsTo(stream, capture, facts.isLeft)
    const relayed = leads & Leads.OTHER
    const left = relayed | (leads & owned)
    if (leads === Leads.DATA || (left === 0 && !isRead(context))) {
      library.write.call(this, object, message, level)
      return
    }
    const line = format(this, object, message, level)
    if (!line) return
    if (relayed) {
      takeRelayed(this, line, facts)
      noteRelayed(stream, line.text)
    } else take(context, toRecord(library, this, line, facts), 'copy')
    const rest = restOf(stream, left, capture, facts.isLeft)
    if (rest) whileRelaying(() => writeLine(rest, line.text, () => metadataOf(line)))
  }
}

/** For a child's destinations: copies text that the application writes to them directly, without a logger. */
export function createStray(context: AdapterContext): (text: unknown) => void {
  return (text) => {
    if (!isRelaying() && isRead(context)) take(context, textToRecord(String(text)), 'copy')
  }
}

// Returns a function that makes an `Origin` as JSON, cached by identity.
function createOrigins(): (identity?: Identity) => string {
  const origins = new WeakMap<Identity, string>()
  return (identity) => {
    if (!identity) return '{}'
    const known = origins.get(identity) ?? JSON.stringify(identity satisfies Origin)
    origins.set(identity, known)
    return known
  }
}

function metadataOf({ text: _, ...metadata }: Line): Omit<Line, 'text'> {
  return metadata
}
