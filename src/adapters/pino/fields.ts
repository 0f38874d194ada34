// Fields: cuts a record's message and fields out of pino's line without parsing the line as JSON.

import { encodeMessage } from '../../core/record.js'
import type { Bindings, Facts, Level } from './bindings.js'
import type { Line } from './line.js'

export interface Parts {
  /** As encoded by `encodeMessage`. */
  readonly message: string
  /** As encoded by `encodeFields`: those of the bindings, then those of the call. */
  readonly fields: string
  /** The logger's bindings as they are on the line. */
  readonly chindings: string
  /** Length of the bindings' part of `fields`. */
  readonly boundLength: number
  /** Length of the call's part of `fields`. */
  readonly callLength: number
}

/**
 * Characters that pino may write unescaped and our record never does: controls, line separators, directions, lone surrogates.
 * Without the flag `u` this matches surrogate pairs too; their lines are parsed as JSON.
 */
const NEEDS_ESCAPE =
  /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/
const MAX_KEYS = 1000

/**
 * Undefined if the line has to be parsed: it is not exactly `{"level":…,"time":…`, the bindings, the call's fields and
 * the message, or a field needs another name or another encoding in our record.
 */
export function cutLine(facts: Facts, level: Level, line: Line): Parts | undefined {
  const { chindings, bindings, errorKey } = facts
  const { text, lastObj, lastMsg, lastTime } = line
  if (!bindings || (lastMsg !== undefined && typeof lastMsg !== 'string')) return undefined
  const message = encodeMessage(lastMsg ?? '')
  const boundAt = level.start.length + String(lastTime).length
  const start = boundAt + chindings.length
  const end = text.length - '}\n'.length - (lastMsg === undefined ? 0 : message.length)
  if (end < start || !hasExpectedStart(text, level, chindings, boundAt)) return undefined
  if (!text.endsWith('}\n') || (lastMsg !== undefined && !text.startsWith(message, end)))
    return undefined
  for (const key in lastObj as object) {
    if (key === errorKey || !isCopyable(key, bindings)) return undefined
  }
  const ofCall = text.slice(start, end)
  if (NEEDS_ESCAPE.test(ofCall)) return undefined
  return {
    message,
    fields: bindings.fields + ofCall,
    chindings,
    boundLength: bindings.fields.length,
    callLength: ofCall.length,
  }
}

// All lines of one logger and level begin alike, so only the first one is compared in full.
function hasExpectedStart(text: string, level: Level, chindings: string, boundAt: number): boolean {
  if (level.isVerified) return text[boundAt] === ',' || chindings === ''
  level.isVerified =
    text.startsWith(level.start) &&
    text.startsWith(chindings, boundAt) &&
    !NEEDS_ESCAPE.test(chindings)
  return level.isVerified
}

function isCopyable(key: string, { keys }: Bindings): boolean {
  const known = keys.get(key)
  if (known !== undefined) return known
  if (keys.size < MAX_KEYS) keys.set(key, true)
  return true
}
