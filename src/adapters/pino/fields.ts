// Pieces: what a record needs, cut from the line pino has written, without reading it as JSON.

import { encodeMessage } from '../../core/record.js'
import type { Bindings, Level, Usual } from './bindings.js'
import type { Line } from './finish.js'

export interface Pieces {
  /** As `encodeMessage` makes it. */
  readonly message: string
  /** As `encodeFields` makes it. */
  readonly fields: string
  /** What the logger is bound to, as it stands on the line. */
  readonly bound: string
  /** Of the fields those the logger is bound to, and those of the call behind them. */
  readonly boundLength: number
  readonly ownLength: number
}

/** What a record's text does not have as pino writes it: characters that move a cursor, halves of characters. */
const UNUSUAL = /[\u007f-\u009f\u2028\u2029\ud800-\udfff]/
const MAX_KEYS = 1000

/** Undefined for a line that is not `{"level":…,"time":…`, the bindings, fields of other names and the message. */
export function cutLine(usual: Usual, level: Level, line: Line): Pieces | undefined {
  const { bound, bindings, errorKey } = usual
  const { text, lastObj, lastMsg, lastTime } = line
  if (!bindings || (lastMsg !== undefined && typeof lastMsg !== 'string')) return undefined
  const message = encodeMessage(lastMsg ?? '')
  const boundAt = level.start.length + String(lastTime).length
  const start = boundAt + bound.length
  const end = text.length - '}\n'.length - (lastMsg === undefined ? 0 : message.length)
  if (end < start || !beginsAsUsual(text, level, bound, boundAt)) return undefined
  if (!text.endsWith('}\n') || (lastMsg !== undefined && !text.startsWith(message, end)))
    return undefined
  for (const key in lastObj as object) {
    if (key === errorKey || !isAsItStands(key, bindings)) return undefined
  }
  const own = text.slice(start, end)
  if (UNUSUAL.test(own)) return undefined
  return {
    message,
    fields: bindings.fields + own,
    bound,
    boundLength: bindings.fields.length,
    ownLength: own.length,
  }
}

// All lines of a level and a logger begin alike.
function beginsAsUsual(text: string, level: Level, bound: string, boundAt: number): boolean {
  if (level.isKnown) return text[boundAt] === ',' || bound === ''
  level.isKnown =
    text.startsWith(level.start) && text.startsWith(bound, boundAt) && !UNUSUAL.test(bound)
  return level.isKnown
}

function isAsItStands(key: string, { keys }: Bindings): boolean {
  const known = keys.get(key)
  if (known !== undefined) return known
  if (keys.size < MAX_KEYS) keys.set(key, true)
  return true
}
