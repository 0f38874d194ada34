// Line: makes a JSON line of logshare from a line that another program sent.

import { escapeControls } from '../core/encode.js'
import { RealDate, wallNow } from '../core/originals.js'
import type { Redact } from '../core/redact.js'
import { levelOf } from './severity.js'

/** The members at the beginning of every line. */
export interface LineHead {
  readonly level: number
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly pid: number
  readonly tid: number
  readonly source: string
  /** Sequence number. If it is missing, `completeLine` adds the input's. */
  readonly seq?: number
  readonly name: string
  readonly msg: string
}

/** Values of the input, for members that a line lacks. */
export interface LineOrigin {
  readonly pid: number
  readonly tid: number
  readonly source: string
  readonly seq: number
}

const OURS =
  /^\{"level":(\d{1,3}),"time":[\d.]+,"pid":\d+,"tid":\d+,"source":"(?:[^"\\]|\\.)+","seq":\d+,"name":"/
const HEAD = ['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg']
const INFO = 30
/** Objects nested deeper than this become `"[Object]"`, as in records of our own. Handlers write records recursively. */
const MAX_DEPTH = 64

/** Makes a line. A field with the name of a head member gets the prefix `_`. */
export function makeLine(head: LineHead, fields: Readonly<Record<string, unknown>> = {}): string {
  const { level, time, pid, tid, source, seq, name, msg } = head
  const rest = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [HEAD.includes(key) ? `_${key}` : key, value]),
  )
  const record = { level, time, pid, tid, source, seq, name, msg, ...rest }
  return escapeControls(JSON.stringify(record))
}

/**
 * Returns the line to append to the queue, and its level number. A line of logshare keeps its members, other JSON gets those
 * it lacks, and text becomes the message. `source` is below the input's: no sender can pass for a thread of another one.
 */
export function completeLine(
  line: string,
  origin: LineOrigin,
  redact?: Redact,
): { readonly level: number; readonly text: string } {
  const parsed = parse(line) ?? { msg: line }
  const given = redact ? redactGiven(parsed, redact) : parsed
  const level = Number(OURS.exec(line)?.[1])
  if (given === parsed && given.level === level && isComplete(given) && isCanonical(line, given)) {
    const text = line.replace('"source":"', () => `"source":"${origin.source}/`)
    return { level, text: escapeControls(text) }
  }
  const head = headOf(given, origin)
  return { level: head.level, text: makeLine(head, given) }
}

type Given = Record<string, unknown>

function parse(line: string): Given | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return (mayBeDeep(line) ? flatten(value, 0) : value) as Given
  } catch {
    return undefined
  }
}

function mayBeDeep(line: string): boolean {
  let brackets = 0
  for (let at = 0; at < line.length && brackets <= MAX_DEPTH; at++) {
    const code = line.charCodeAt(at)
    if (code === 0x5b || code === 0x7b) brackets++
  }
  return brackets > MAX_DEPTH
}

function flatten(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return '[Object]'
  if (Array.isArray(value)) return value.map((each) => flatten(each, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, flatten(each, depth + 1)]),
  )
}

// Replaces what the collector's option names, under the names that the sender gives its members.
function redactGiven(given: Given, redact: Redact): Given {
  const left = redact.value(given)
  const key = ['msg', 'message'].find((each) => typeof left[each] === 'string')
  if (key === undefined) return left
  const text = redact.message(left[key] as string)
  return text === left[key] ? left : { ...left, [key]: text }
}

function isComplete({ level, time, pid, tid, source, seq, name, msg }: Given): boolean {
  const isTime = typeof time === 'number' && timeOf(time) === time
  const areTexts = [source, name, msg].every((each) => typeof each === 'string')
  const areNumbers = [pid, tid, seq].every((each) => numberOf(each) !== undefined)
  return isTime && areTexts && areNumbers && levelOf(level) === level
}

// A key that stands twice means something else to every reader: the first one to a filter, the last one to a parser.
function isCanonical(line: string, given: Given): boolean {
  const text = JSON.stringify(given)
  return text === line || escapeControls(text) === line
}

// Accepts the member names that loggers of other languages use. Members used for the head are removed from `given`.
function headOf(given: Given, origin: LineOrigin): LineHead {
  const take = (...names: string[]): unknown => {
    const name = names.find((each) => given[each] !== undefined)
    const value = name === undefined ? undefined : given[name]
    if (name !== undefined) delete given[name]
    return value
  }
  return {
    level: levelOf(take('level', 'severity', 'levelname')) ?? INFO,
    time: timeOf(take('time', 'timestamp', '@timestamp', 'ts')),
    pid: numberOf(take('pid', 'process')) ?? origin.pid,
    tid: numberOf(take('tid')) ?? 0,
    source: sourceOf(textOf(take('source')), origin),
    seq: numberOf(take('seq')) ?? origin.seq,
    name: textOf(take('name', 'logger')) ?? origin.source,
    msg: textOf(take('msg', 'message')) ?? '',
  }
}

function sourceOf(given: string | undefined, { source }: LineOrigin): string {
  return given === undefined ? source : `${source}/${given}`
}

/** Times below this are in seconds: in milliseconds they would be before 1973-03-03. */
const SECONDS = 1e11
/** The last time of a `Date`. */
const LAST_TIME = 8.64e15

function timeOf(value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= LAST_TIME)
    return value < SECONDS ? value * 1000 : value
  const time = typeof value === 'string' ? RealDate.parse(value) : Number.NaN
  return Number.isNaN(time) ? wallNow() : time
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}
