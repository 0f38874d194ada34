// Pieces: what a record needs, cut from the line pino has written, without reading it as JSON.

import { encodeFields, encodeMessage } from '../../core/record.js'
import { fieldsOf } from '../standard.js'
import type { Library, Logger } from './library.js'
import type { Line } from './lines.js'

export interface Pieces {
  /** The name the logger is bound to. */
  readonly name: string | undefined
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

/** What a logger is bound to. */
interface Bindings {
  readonly name: string | undefined
  readonly fields: string
  /** Keys of a call whose fields are as they stand on the line; false for those that need a closer look. */
  readonly keys: Map<string, boolean>
}

/** Keys that a record or the library has for itself. */
const OWN = ['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg', 'lib', 'hostname']
/** What a record's text does not have as pino writes it: characters that move a cursor, halves of characters. */
const UNUSUAL = /[\u007f-\u009f\u2028\u2029\ud800-\udfff]/
const MAX_BINDINGS = 100
const MAX_KEYS = 1000

/** Undefined for a line that is not `{"level":…,"time":…`, the bindings, fields of other names and the message. */
export function cutLine({ pino }: Library, logger: Logger, line: Line): Pieces | undefined {
  const { symbols } = pino
  const { text, lastLevel, lastObj, lastMsg, lastTime } = line
  const { log } = (logger[symbols.formattersSym] ?? {}) as { readonly log?: unknown }
  if (log || logger[symbols.nestedKeySym] || logger[symbols.messageKeySym] !== 'msg')
    return undefined
  if (lastMsg !== undefined && typeof lastMsg !== 'string') return undefined
  const bound = String(logger[symbols.chindingsSym] ?? '')
  const message = encodeMessage(lastMsg ?? '')
  const start = startOf(text, lastLevel, lastTime, bound)
  const end = endOf(text, lastMsg === undefined ? '' : message)
  if (start < 0 || end < start) return undefined
  const bindings = bindingsOf(bound)
  if (!bindings || UNUSUAL.test(text)) return undefined
  const errorKey = logger[symbols.errorKeySym]
  for (const key in lastObj as object) {
    if (key === errorKey || !isAsItStands(key, bindings)) return undefined
  }
  return {
    name: bindings.name,
    message,
    fields: bindings.fields + text.slice(start, end),
    bound,
    boundLength: bindings.fields.length,
    ownLength: end - start,
  }
}

const LEVEL = '{"level":'
const TIME = ',"time":'

// Where the line is behind `{"level":…,"time":…` and the bindings, without making a text of them to compare.
function startOf(text: string, level: number, time: unknown, bound: string): number {
  const number = String(level)
  const stamp = String(time)
  const timeAt = LEVEL.length + number.length
  const boundAt = timeAt + TIME.length + stamp.length
  const isStart =
    text.startsWith(LEVEL) &&
    text.startsWith(number, LEVEL.length) &&
    text.startsWith(TIME, timeAt) &&
    text.startsWith(stamp, timeAt + TIME.length) &&
    text.startsWith(bound, boundAt)
  return isStart ? boundAt + bound.length : -1
}

function endOf(text: string, message: string): number {
  const end = text.length - '}\n'.length - message.length
  return text.endsWith('}\n') && text.startsWith(message, end) ? end : -1
}

function isAsItStands(key: string, { keys }: Bindings): boolean {
  const known = keys.get(key)
  if (known !== undefined) return known
  if (keys.size < MAX_KEYS) keys.set(key, true)
  return true
}

const known = new Map<string, Bindings | undefined>()

function bindingsOf(text: string): Bindings | undefined {
  let bindings = known.get(text)
  if (bindings || known.has(text)) return bindings
  if (known.size >= MAX_BINDINGS) known.clear()
  bindings = readBindings(text)
  known.set(text, bindings)
  return bindings
}

function readBindings(text: string): Bindings | undefined {
  let values: Record<string, unknown>
  try {
    values = JSON.parse(`{${text.slice(1)}}`) as Record<string, unknown>
  } catch {
    return undefined
  }
  if (['level', 'time', 'msg'].some((key) => Object.hasOwn(values, key))) return undefined
  const fields = fieldsOf(values, [])
  const name = typeof fields.name === 'string' ? fields.name : undefined
  if (name !== undefined) delete fields.name
  const taken = [...OWN, '__proto__', ...Object.keys(values)]
  return { name, fields: encodeFields(fields), keys: new Map(taken.map((key) => [key, false])) }
}
