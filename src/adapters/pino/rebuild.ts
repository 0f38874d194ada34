// Rebuild: restores pino's line from our record, so that a child does not send the same text twice.
//
// Used if the root has the logger and `cutLine` could cut the line: the record's text then has the line's fields.

import { hostname } from 'node:os'
import { encodeString, encodeValue } from '../../core/encode.js'
import { process } from '../../core/originals.js'
import { encodeMessage, type LogRecord } from '../../core/record.js'
import type { Parts } from './fields.js'
import type { Line } from './line.js'
import type { Extra, Origin } from './record.js'

const LIB = ',"lib":"pino"'
const HOST = encodeString(hostname())
/** The bindings of pino's default option `base`. */
const BASE = `,"pid":${process.pid},"hostname":${HOST}`

type ShortExtra = readonly [
  origin: Origin,
  level: number,
  time: unknown,
  /** Whether the bindings begin with `BASE`. */
  hasBase: boolean,
  /** The other bindings, as they are on the line. */
  rest: string,
  /** Where the call's fields begin, counted from the first field of the record's text. */
  from: number,
  length: number,
  hasMessage: boolean,
]

/** `origin` is an `Origin` as JSON. The result does not contain the line and has no tab. */
export function toShortExtra(
  origin: string,
  { lastLevel, lastTime, lastMsg }: Line,
  { chindings, boundLength, callLength }: Parts,
): string {
  return `[${origin},${lastLevel},${encodeValue(lastTime) ?? 'null'},${bindingsText(chindings)},${boundLength},${callLength},${lastMsg !== undefined}]`
}

const MAX_TEXTS = 100
const texts = new Map<string, string>()

// Most loggers share few different bindings. Those of request loggers do not come back: a full cache is cleared.
function bindingsText(chindings: string): string {
  let text = texts.get(chindings)
  if (text === undefined) {
    const hasBase = chindings.startsWith(BASE)
    text = `${hasBase},${JSON.stringify(hasBase ? chindings.slice(BASE.length) : chindings)}`
    if (texts.size >= MAX_TEXTS) texts.clear()
    texts.set(chindings, text)
  }
  return text
}

/** Returns undefined if `text` was not produced by `toShortExtra`. `json` is the record's text. */
export function fromShortExtra(record: LogRecord, json: string, text: string): Extra | undefined {
  if (text.includes('\t')) return undefined
  const extra = JSON.parse(text) as ShortExtra
  const [origin, level, time, hasBase, rest, from, length, hasMessage] = extra
  const start = json.indexOf(LIB) + LIB.length + from
  const chindings = `${hasBase ? `,"pid":${record.pid},"hostname":${HOST}` : ''}${rest}`
  const fields = json.slice(start, start + length)
  const message = hasMessage ? encodeMessage(record.msg) : ''
  const line = `{"level":${level},"time":${String(time)}${chindings}${fields}${message}}\n`
  return [origin, level, time, line]
}
