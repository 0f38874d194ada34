// Api: answers the page's requests from the index and the files.

import { measureDensity } from './density.js'
import type { Opened } from './logs.js'
import { Selection } from './selection.js'
import { Texts } from './texts.js'
import { readWanted } from './wanted.js'

/** Longest time (ms) that one request searches. */
const TURN = 60
/** Most records of an answer, most columns of a picture, and most lanes in it. */
const MOST = 500
const MOST_WIDTH = 4096
const MOST_LANES = 300
/** Filters whose records are kept. */
const KEPT = 2
/** Longest time (ms) to either side of a record. */
const MOST_AROUND = 60_000

const FILTERS = ['level', 'name', 'source', 'text', 'field']

export class Api {
  readonly #opened: Opened
  readonly #texts: Texts
  readonly #selections = new Map<string, Selection>()

  constructor(opened: Opened) {
    this.#opened = opened
    this.#texts = new Texts(opened.indexer, opened.parts)
  }

  /** The answer, which is sent as JSON; undefined if there is no such request. */
  answer(name: string, params: URLSearchParams): unknown {
    switch (name) {
      case 'summary':
        return this.#summary()
      case 'density':
        return this.#density(params)
      case 'search':
        return this.#search(params)
      case 'records':
        return this.#records(params)
      case 'record':
        return this.#record(params)
      case 'around':
        return this.#around(params)
      case 'nearest':
        return this.#nearest(params)
      default:
        return undefined
    }
  }

  /** How far the index is, for a page that follows. */
  state(): { readonly [key: string]: unknown } {
    const { indexer, progress, isComplete } = this.#opened
    const { columns, lanes } = indexer
    const begin = columns.count > 0 ? firstTime(columns) : null
    const end = Number.isFinite(columns.latest) ? columns.latest : null
    const { count, late } = columns
    return {
      count,
      late,
      begin,
      end,
      version: lanes.version,
      ...progress(),
      isComplete: isComplete(),
    }
  }

  #summary(): unknown {
    return { ...this.state(), lanes: this.#opened.indexer.lanes.all }
  }

  #density(params: URLSearchParams): unknown {
    const from = number(params, 'from')
    const to = number(params, 'to')
    const width = Math.min(MOST_WIDTH, Math.max(1, Math.floor(number(params, 'width', 1000))))
    const ids = params.get('lanes')
    const lanes = ids === null ? undefined : ids.split(',').slice(0, MOST_LANES).map(Number)
    if (!(to > from)) return { from, to, width, cells: [] }
    const selection = this.#select(params)
    selection.advance(TURN)
    const cells = measureDensity({ from, to, width, lanes }, selection, this.#opened.indexer)
    return { from, to, width, lanes, cells }
  }

  #search(params: URLSearchParams): unknown {
    const selection = this.#select(params)
    selection.advance(TURN)
    return this.#found(selection)
  }

  #records(params: URLSearchParams): unknown {
    const selection = this.#select(params)
    selection.advance(TURN)
    const from = Math.max(0, Math.floor(number(params, 'from', 0)))
    const end = Math.min(selection.count, from + limitOf(params))
    const records: unknown[] = []
    for (let position = from; position < end; position++)
      records.push(this.#texts.summary(selection.rowAt(position)))
    return { from, records, ...this.#found(selection) }
  }

  #record(params: URLSearchParams): unknown {
    const row = number(params, 'row')
    if (!this.#isRow(row)) return { row, text: '', isCut: false }
    return { ...this.#texts.summary(row), ...this.#texts.detail(row) }
  }

  // Records of all lanes that are near a record in time, the nearest if there are many.
  #around(params: URLSearchParams): unknown {
    const row = number(params, 'row')
    const ms = Math.min(MOST_AROUND, number(params, 'ms', 50))
    if (!this.#isRow(row)) return { records: [], count: 0 }
    const { columns } = this.#opened.indexer
    const time = columns.time(row)
    const from = columns.indexOf(time - ms)
    const to = columns.indexOf(time + ms + Number.EPSILON * time)
    const half = Math.floor(limitOf(params) / 2)
    const first = Math.max(from, row - half)
    const last = Math.min(to, row + half)
    const records = Array.from({ length: Math.max(0, last - first) }, (_, i) =>
      this.#texts.summary(first + i),
    )
    return { records, count: to - from, lanes: new Set(records.map(({ lane }) => lane)).size }
  }

  // The record nearest to a time, in a lane if one is given, and its position in the list.
  #nearest(params: URLSearchParams): unknown {
    const selection = this.#select(params)
    const { columns, origins } = this.#opened.indexer
    const time = number(params, 'time')
    const lane = Number(params.get('lane') ?? -1)
    const start = selection.positionOf(columns.indexOf(time))
    const isIn = (position: number): boolean =>
      lane < 0 || origins[columns.read(selection.rowAt(position)).origin]?.lane.id === lane
    let best = -1
    let distance = Number.POSITIVE_INFINITY
    for (const step of [1, -1]) {
      let at = step > 0 ? start : start - 1
      for (let tries = 0; at >= 0 && at < selection.count && tries < 100_000; tries++) {
        const away = Math.abs(columns.time(selection.rowAt(at)) - time)
        if (away >= distance) break
        if (isIn(at)) {
          best = at
          distance = away
          break
        }
        at += step
      }
    }
    if (best < 0) return { position: -1 }
    const row = selection.rowAt(best)
    return { position: best, row, time: columns.time(row) }
  }

  #found(selection: Selection): { found: number; scanned: number; total: number } {
    const { count: total } = this.#opened.indexer.columns
    return { found: selection.count, scanned: selection.scanned, total }
  }

  #select(params: URLSearchParams): Selection {
    const key = FILTERS.map((name) => params.get(name) ?? '').join('\n')
    const kept = this.#selections.get(key)
    const index = this.#opened.indexer
    const selection = kept ?? new Selection(readWanted(params, index), index, this.#texts)
    this.#selections.delete(key)
    this.#selections.set(key, selection)
    for (const old of this.#selections.keys())
      if (this.#selections.size > KEPT) this.#selections.delete(old)
    return selection
  }

  #isRow(row: number): boolean {
    return Number.isInteger(row) && row >= 0 && row < this.#opened.indexer.columns.count
  }
}

// Records before the first time of a log have none.
function firstTime(columns: Opened['indexer']['columns']): number | null {
  const row = columns.indexOf(Number.MIN_SAFE_INTEGER)
  return row < columns.count ? columns.time(row) : null
}

function limitOf(params: URLSearchParams): number {
  return Math.min(MOST, Math.max(1, Math.floor(number(params, 'n', 100))))
}

function number(params: URLSearchParams, name: string, fallback = Number.NaN): number {
  const text = params.get(name)
  const value = text === null || text === '' ? Number.NaN : Number(text)
  return Number.isNaN(value) ? fallback : value
}
