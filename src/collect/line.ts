// Line: makes a JSON line of logshare from a line that another program sent.

import { RealDate, wallNow } from '../core/originals.js'
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
/** Highest level that fits into a frame. */
const MAX_LEVEL = 255

/** Makes a line. A field with the name of a head member gets the prefix `_`. */
export function makeLine(head: LineHead, fields: Readonly<Record<string, unknown>> = {}): string {
  const { level, time, pid, tid, source, seq, name, msg } = head
  const rest = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [HEAD.includes(key) ? `_${key}` : key, value]),
  )
  return JSON.stringify({ level, time, pid, tid, source, seq, name, msg, ...rest })
}

/**
 * Returns the line to append to the queue, and its level number. A line of logshare is unchanged, other JSON gets the
 * members it lacks, and text becomes the message.
 */
export function completeLine(
  line: string,
  origin: LineOrigin,
): { readonly level: number; readonly text: string } {
  const given: Given = parse(line) ?? { msg: line }
  const level = Number(OURS.exec(line)?.[1])
  if (given.level === level && level <= MAX_LEVEL && isComplete(given) && !line.includes('\n'))
    return { level, text: line }
  const head = headOf(given, origin)
  return { level: head.level, text: makeLine(head, given) }
}

type Given = Record<string, unknown>

function parse(line: string): Given | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Given)
      : undefined
  } catch {
    return undefined
  }
}

function isComplete({ name, msg }: Given): boolean {
  return typeof name === 'string' && typeof msg === 'string'
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
    source: textOf(take('source')) ?? origin.source,
    seq: numberOf(take('seq')) ?? origin.seq,
    name: textOf(take('name', 'logger')) ?? origin.source,
    msg: textOf(take('msg', 'message')) ?? '',
  }
}

/** Times below this are in seconds: in milliseconds they would be before 1973-03-03. */
const SECONDS = 1e11

function timeOf(value: unknown): number {
  if (typeof value === 'number' && value > 0) return value < SECONDS ? value * 1000 : value
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
