// Selection: the records that a filter accepts, found a little at a time.

import { performance } from 'node:perf_hooks'
import { BLOCK } from './columns.js'
import type { Indexer } from './indexer.js'
import type { Texts } from './texts.js'
import type { Wanted } from './wanted.js'

/** Rows between two looks at the clock. */
const STEP = 4096
const PIECE = 65_536

export class Selection {
  readonly #index: Indexer
  readonly #texts: Texts
  readonly #wanted: Wanted
  readonly #pieces: Uint32Array[] = []
  #found = 0
  /** Number of rows that were looked at. */
  #scanned = 0

  constructor(wanted: Wanted, index: Indexer, texts: Texts) {
    this.#wanted = wanted
    this.#index = index
    this.#texts = texts
  }

  get isAll(): boolean {
    return this.#wanted.isAll
  }

  get count(): number {
    return this.isAll ? this.#index.columns.count : this.#found
  }

  get scanned(): number {
    return this.isAll ? this.#index.columns.count : this.#scanned
  }

  /** Looks at more rows, for about `limit` ms. */
  advance(limit: number): void {
    if (this.isAll) return
    const until = performance.now() + limit
    const { columns } = this.#index
    while (this.#scanned < columns.count) {
      const end = Math.min(this.#scanned + STEP, columns.count)
      const rows = this.#byColumns(this.#scanned, end)
      const { text } = this.#wanted
      for (const row of text ? this.#texts.filter(rows, text) : rows) this.#add(row)
      this.#scanned = end
      if (performance.now() > until) return
    }
  }

  rowAt(position: number): number {
    if (this.isAll) return position
    return this.#pieces[Math.floor(position / PIECE)]?.[position % PIECE] as number
  }

  /** Position of the first row that is not before `row`. */
  positionOf(row: number): number {
    if (this.isAll) return row
    let low = 0
    let high = this.#found
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.rowAt(middle) < row) low = middle + 1
      else high = middle
    }
    return low
  }

  #byColumns(start: number, end: number): number[] {
    const rows: number[] = []
    for (let row = start; row < end; row++) {
      const block = this.#index.columns.block(row)
      const at = row & (BLOCK - 1)
      const level = block.levels[at] as number
      const name = block.names[at] as number
      if (this.#wanted.accepts(level, name, block.origins[at] as number)) rows.push(row)
    }
    return rows
  }

  #add(row: number): void {
    const at = this.#found % PIECE
    if (at === 0) this.#pieces.push(new Uint32Array(PIECE))
    const piece = this.#pieces.at(-1) as Uint32Array
    piece[at] = row
    this.#found++
  }
}
