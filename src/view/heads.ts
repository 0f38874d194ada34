// Heads: level, lane and logger name of JSON lines. What begins as a line before is not read a second time.

import { readFacts, readLevel } from '../logs/facts.js'
import type { LogEntry } from '../logs/page.js'
import type { Lane, Lanes, Names } from './lanes.js'

export interface Head {
  readonly lane: Lane
  readonly pid: string
  readonly name: number
  /** 0 if unknown. */
  readonly level: number
  /** Whether it may tell of the start or end of a child. */
  readonly isLifecycle: boolean
}

interface Known extends Head {
  readonly bytes: Buffer
  /** Length of the bytes before the time, which come first. */
  readonly before: number
  readonly label: string
  /** Whether a name follows the sequence number. */
  readonly after: number
}

/** Most heads that are remembered. */
const MOST = 20_000
const TIME = Buffer.from(',"time":')
const PID = Buffer.from(',"pid":')
const SEQ = Buffer.from(',"seq":')
const NAME = Buffer.from(',"name":"')
/** Bytes that a head of logshare has at most. */
const LONGEST = 300
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

export class Heads {
  readonly #lanes: Lanes
  readonly #names: Names
  readonly #known = new Map<number, Known>()

  constructor(lanes: Lanes, names: Names) {
    this.#lanes = lanes
    this.#names = names
  }

  read(entry: LogEntry, label: string): Head {
    const { bytes, start, end } = entry
    const pieces = locate(bytes, start, Math.min(end, start + LONGEST))
    if (!pieces) return this.#parse(entry, label)
    const { time, pid, seq, name, last } = pieces
    let hash = label.length
    for (let at = start; at < time; at++) hash = (hash * 31 + (bytes[at] as number)) | 0
    for (let at = pid; at < seq; at++) hash = (hash * 31 + (bytes[at] as number)) | 0
    for (let at = name; at < last; at++) hash = (hash * 31 + (bytes[at] as number)) | 0
    const known = this.#known.get(hash)
    if (known && known.label === label && isSame(known, bytes, start, pieces)) return known
    const head = this.#parse(entry, label)
    if (this.#known.size >= MOST) this.#known.clear()
    const copy = Buffer.concat([
      bytes.subarray(start, time),
      bytes.subarray(pid, seq),
      bytes.subarray(name, last),
    ])
    const before = time - start
    this.#known.set(hash, { ...head, bytes: copy, before, after: seq - pid, label })
    return head
  }

  #parse(entry: LogEntry, label: string): Head {
    const { source, pid, name } = readFacts(entry)
    const level = readLevel(entry)
    const path = source || (pid ? `pid ${pid}` : '')
    return {
      lane: this.#lanes.find(label, path),
      pid,
      name: this.#names.idOf(name),
      level: level > 0 ? Math.min(Math.round(level), 255) : 0,
      isLifecycle: source !== '' && name === 'logshare',
    }
  }
}

interface Pieces {
  readonly time: number
  readonly pid: number
  readonly seq: number
  readonly name: number
  readonly last: number
}

// Where the parts are that do not change from record to record, in a line of logshare.
function locate(bytes: Buffer, start: number, end: number): Pieces | undefined {
  const time = find(bytes, TIME, start, start + 16)
  if (time < 0) return undefined
  const pid = find(bytes, PID, time + TIME.length, time + 40)
  if (pid < 0) return undefined
  const seq = find(bytes, SEQ, pid, end)
  if (seq < 0) return undefined
  let name = seq + SEQ.length
  while (bytes[name] !== COMMA && name < end) name++
  if (!isAt(bytes, NAME, name)) return undefined
  let last = name + NAME.length
  while (bytes[last] !== QUOTE && bytes[last] !== BACKSLASH && last < end) last++
  return bytes[last] === QUOTE ? { time, pid, seq, name, last } : undefined
}

function find(bytes: Buffer, text: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) if (isAt(bytes, text, at)) return at
  return -1
}

function isAt(bytes: Buffer, text: Buffer, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false
  return true
}

function isSame({ bytes: known, before, after }: Known, bytes: Buffer, start: number, at: Pieces) {
  const { time, pid, seq, name, last } = at
  if (time - start !== before || seq - pid !== after) return false
  if (known.length !== before + after + last - name) return false
  for (let i = 0; i < before; i++) if (known[i] !== bytes[start + i]) return false
  for (let i = 0; i < after; i++) if (known[before + i] !== bytes[pid + i]) return false
  const from = before + after
  for (let i = from; i < known.length; i++) if (known[i] !== bytes[name + i - from]) return false
  return true
}
