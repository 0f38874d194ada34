// Texts: reads the text of records from their files, and what a list shows of it.

import { readText } from '../logs/facts.js'
import { Line, LineReader } from '../logs/line.js'
import type { Row } from './columns.js'
import type { Indexer, Origin } from './indexer.js'
import type { Parts } from './parts.js'
import type { TextTest } from './wanted.js'

/** Bytes of a record that are read for a list, for a detail, and for a search. */
const SHORT = 8192
const LONG = 2 ** 18
const LONGEST = 2 ** 20
/** Bytes of several records that are searched together. V8 leaves longer texts lying about until memory is short. */
const PIECE = 2 ** 16
/** Most characters of a message in a list. */
const SHOWN = 400

export interface Summary {
  readonly row: number
  readonly time: number
  readonly level: number
  readonly lane: number
  readonly name: string
  readonly msg: string
}

export class Texts {
  readonly #index: Indexer
  readonly #parts: Parts
  readonly #room: Buffer = Buffer.allocUnsafeSlow(LONGEST)

  constructor(index: Indexer, parts: Parts) {
    this.#index = index
    this.#parts = parts
  }

  summary(row: number): Summary {
    const { time, level, name, origin } = this.#index.columns.read(row)
    const lane = (this.#index.origins[origin] as Origin).lane.id
    const bytes = this.#bytes(this.#index.columns.read(row), SHORT)
    const msg = messageOf(bytes).slice(0, SHOWN)
    return { row, time, level, lane, name: this.#index.names.all[name] as string, msg }
  }

  /** The text of a record, cut if it is very long. */
  detail(row: number): { readonly text: string; readonly isCut: boolean } {
    const where = this.#index.columns.read(row)
    return { text: this.#bytes(where, LONG).toString('utf8'), isCut: where.length > LONG }
  }

  /** The rows whose text a test accepts. Rows whose bytes are adjacent are read and searched together. */
  filter(rows: readonly number[], test: TextTest): number[] {
    const found: number[] = []
    let first = 0
    for (let nth = 1; nth <= rows.length; nth++) {
      if (nth < rows.length && this.#fits(rows, first, nth)) continue
      this.#search(rows, first, nth, test, found)
      first = nth
    }
    return found
  }

  // Whether a record follows those from `first` on, with little between.
  #fits(rows: readonly number[], first: number, nth: number): boolean {
    const { columns } = this.#index
    const [head, last, next] = [rows[first] as number, rows[nth - 1] as number, rows[nth] as number]
    const gap = columns.place(next) - columns.placeAfter(last)
    const isNear = gap >= 0 && gap < SHORT && columns.placeAfter(next) - columns.place(head) < PIECE
    return isNear && this.#partOf(head) === this.#partOf(next)
  }

  #search(
    rows: readonly number[],
    first: number,
    end: number,
    { needles, accepts }: TextTest,
    found: number[],
  ): void {
    const { columns } = this.#index
    const head = rows[first] as number
    const start = columns.place(head)
    const length = Math.min(LONGEST, columns.placeAfter(rows[end - 1] as number) - start)
    const bytes = this.#parts.read(this.#partOf(head), start, this.#room.subarray(0, length))
    const text = bytes.toString('latin1').toLowerCase()
    if (!needles.every((each) => each.some((needle) => text.includes(needle)))) return
    for (let nth = first; nth < end; nth++) {
      const row = rows[nth] as number
      const from = columns.place(row) - start
      const until = columns.placeAfter(row) - start
      const line = text.slice(from, until)
      if (!needles.every((each) => each.some((needle) => line.includes(needle)))) continue
      if (accepts(bytes.toString('utf8', from, until))) found.push(row)
    }
  }

  #partOf(row: number): number {
    return (this.#index.origins[this.#index.columns.origin(row)] as Origin).part
  }

  #bytes(row: Row, most: number): Buffer {
    const room = Buffer.allocUnsafe(Math.min(row.length, most))
    return this.#parts.read((this.#index.origins[row.origin] as Origin).part, row.place, room)
  }
}

const MESSAGE = /"(?:msg|message|MESSAGE|short_message)"\s*:\s*"((?:[^"\\]|\\.){0,400})/

function messageOf(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.startsWith('{')) return textMessage(bytes)
  try {
    const record = JSON.parse(text) as Readonly<Record<string, unknown>>
    const { msg, message = msg, MESSAGE: journal = message, short_message = journal } = record
    if (typeof short_message === 'string') return short_message
    return short_message === undefined
      ? errorMessage(record) || text
      : JSON.stringify(short_message)
  } catch {
    const [, cut = text] = MESSAGE.exec(text) ?? []
    return cut
  }
}

function errorMessage({ err, error = err }: Readonly<Record<string, unknown>>): string {
  const { message } = (error ?? {}) as { readonly message?: unknown }
  return typeof message === 'string' ? message : ''
}

function textMessage(bytes: Buffer): string {
  const lines = new LineReader(0)
  const feed = bytes.indexOf(0x0a)
  const end = feed < 0 ? bytes.length : feed
  const isTimed = lines.read(bytes, 0, end) === Line.TEXT
  const timeLength = isTimed ? lines.timeEnd : 0
  const entry = { bytes, start: 0, end, time: 0, isTimed, timeLength, isJson: false }
  return readText(entry).message || bytes.toString('utf8', 0, end)
}
