// Lines: a JSON line as all our records have it, from one that somebody else has made.

import { oneLevel } from './severity.js'

/** What stands at the beginning of every line. */
export interface LineHead {
  readonly level: number
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly pid: number
  readonly tid: number
  readonly source: string
  /** Without it, the input counts. */
  readonly seq?: number
  readonly name: string
  readonly msg: string
}

/** What an input knows of itself. */
export interface LineOrigin {
  readonly pid: number
  readonly tid: number
  readonly source: string
  readonly seq: number
}

const OURS =
  /^\{"level":(\d{1,3}),"time":[\d.]+,"pid":\d+,"tid":\d+,"source":"(?:[^"\\]|\\.)+","seq":\d+,"name":"/
const HEAD = ['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg'] as const
const INFO = 30

/** The line of a record; fields that are called like a part of the head are left out. */
export function makeLine(head: LineHead, fields: Readonly<Record<string, unknown>> = {}): string {
  const { level, time, pid, tid, source, seq, name, msg } = head
  const rest = Object.fromEntries(
    Object.entries(fields).filter(([key]) => !(HEAD as readonly string[]).includes(key)),
  )
  return JSON.stringify({ level, time, pid, tid, source, seq, name, msg, ...rest })
}

/** A line as it goes into the queue, and its level: ours as it is; any other with what it lacks; a text as a message. */
export function completeLine(
  line: string,
  origin: LineOrigin,
): { readonly level: number; readonly text: string } {
  const level = OURS.exec(line)?.[1]
  if (level !== undefined && line.endsWith('}') && !line.includes('\n')) {
    return { level: Number(level), text: line }
  }
  const given = parse(line) ?? { msg: line }
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

// By the names that loggers of other languages use; what was taken for the head is not a field any more.
function headOf(given: Given, origin: LineOrigin): LineHead {
  const take = (...names: string[]): unknown => {
    const name = names.find((each) => given[each] !== undefined)
    const value = name === undefined ? undefined : given[name]
    if (name !== undefined) delete given[name]
    return value
  }
  return {
    level: oneLevel(take('level', 'severity', 'levelname')) ?? INFO,
    time: timeOf(take('time', 'timestamp', '@timestamp', 'ts')),
    pid: numberOf(take('pid', 'process')) ?? origin.pid,
    tid: numberOf(take('tid')) ?? 0,
    source: textOf(take('source')) ?? origin.source,
    seq: numberOf(take('seq')) ?? origin.seq,
    name: textOf(take('name', 'logger')) ?? origin.source,
    msg: textOf(take('msg', 'message')) ?? '',
  }
}

/** Times below this are seconds: as milliseconds they would be of 1973. */
const SECONDS = 1e11

function timeOf(value: unknown): number {
  if (typeof value === 'number' && value > 0) return value < SECONDS ? value * 1000 : value
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? Date.now() : time
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}
