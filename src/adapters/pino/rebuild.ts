// Again: a line for a logger that the root has, too, is not sent beside the record but made again from it.

import { hostname } from 'node:os'
import { encodeString, encodeValue } from '../../core/encode.js'
import { encodeMessage, type LogRecord } from '../../core/record.js'
import type { Pieces } from './fields.js'
import type { Line } from './finish.js'
import type { Extra, Origin } from './relay.js'

const LIB = ',"lib":"pino"'
const HOST = encodeString(hostname())
const USUAL = `,"pid":${process.pid},"hostname":${HOST}`

type Again = readonly [
  origin: Origin,
  level: number,
  time: unknown,
  /** Whether its bindings begin with process and host, and the others. */
  isUsual: boolean,
  rest: string,
  /** Where in the record's fields those of the call are. */
  from: number,
  length: number,
  hasMessage: boolean,
]

/** One line of text, for a record that has these pieces; `origin` is JSON. */
export function packAgain(
  origin: string,
  { lastLevel, lastTime, lastMsg }: Line,
  pieces: Pieces,
): string {
  const { bound, boundLength, ownLength } = pieces
  return `[${origin},${lastLevel},${encodeValue(lastTime) ?? 'null'},${startOf(bound)},${boundLength},${ownLength},${lastMsg !== undefined}]`
}

// Loggers have few different bindings, or those of a request for as long as that takes.
const MAX_STARTS = 100
const starts = new Map<string, string>()

function startOf(bound: string): string {
  let start = starts.get(bound)
  if (start === undefined) {
    const isUsual = bound.startsWith(USUAL)
    start = `${isUsual},${JSON.stringify(isUsual ? bound.slice(USUAL.length) : bound)}`
    if (starts.size >= MAX_STARTS) starts.clear()
    starts.set(bound, start)
  }
  return start
}

/** `line` is the record's. Undefined for what `packAgain` has not made. */
export function unpackAgain(record: LogRecord, line: string, text: string): Extra | undefined {
  if (text.includes('\t')) return undefined
  const [origin, level, time, isUsual, rest, from, length, hasMessage] = JSON.parse(text) as Again
  const start = line.indexOf(LIB) + LIB.length + from
  const bound = `${isUsual ? `,"pid":${record.pid},"hostname":${HOST}` : ''}${rest}`
  const fields = line.slice(start, start + length)
  const message = hasMessage ? encodeMessage(record.msg) : ''
  const made = `{"level":${level},"time":${String(time)}${bound}${fields}${message}}\n`
  return [origin, level, time, made]
}
