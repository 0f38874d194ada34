// Selection: the records that a filter accepts, found a little at a time.

import { performance } from 'node:perf_hooks'
import { BLOCK } from './columns.js'
import type { Indexer } from './indexer.js'
import type { Texts } from './texts.js'
import type { Wanted } from './wanted.js'

/** Rows between two looks at the clock. */
const STEP = 4096

/** What is found of the rows of a block. */
interface Found {
  readonly block: number
  /** Position of the first one. */
  readonly start: number
  /** Lower bits of the rows; undefined: all of the block's. */
  rows: Uint16Array | undefined
}

/** Rows of one block that follow each other: the lower bits of a row are `rows[nth]`, or `nth` itself. */
export interface Run {
  readonly block: number
  readonly rows: Uint16Array | undefined
  readonly from: number
  readonly to: number
}

export class Selection {
  readonly #index: Indexer
  readonly #texts: Texts
  readonly #wanted: Wanted
  readonly #blocks: Found[] = []
  /** The rows of the last block, which grows. */
  readonly #last = new Uint16Array(BLOCK)
  /** Number of the block that was asked for last, as the next row is most often in it, too. */
  #near = 0
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
    const { block, start, rows } = this.#blocks[this.#blockOf(position)] as Found
    const at = position - start
    return block * BLOCK + (rows ? (rows[at] as number) : at)
  }

  /** The rows at these positions, block by block. */
  *runs(start: number, end: number): Generator<Run> {
    for (let position = start; position < end; ) {
      const nth = this.isAll ? Math.floor(position / BLOCK) : this.#blockOf(position)
      const found = this.isAll ? wholeBlock(nth) : (this.#blocks[nth] as Found)
      const count = (this.isAll ? (nth + 1) * BLOCK : this.#endOf(nth)) - found.start
      const to = Math.min(end - found.start, count)
      yield { block: found.block, rows: found.rows, from: position - found.start, to }
      position = found.start + to
    }
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

  #blockOf(position: number): number {
    if (this.#isIn(position, this.#near)) return this.#near
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#blocks[middle] as Found).start <= position) low = middle
      else high = middle - 1
    }
    this.#near = low
    return low
  }

  #isIn(position: number, nth: number): boolean {
    const start = this.#blocks[nth]?.start ?? position + 1
    return start <= position && position < this.#endOf(nth)
  }

  #endOf(nth: number): number {
    return this.#blocks[nth + 1]?.start ?? this.#found
  }

  #add(row: number): void {
    const block = Math.floor(row / BLOCK)
    if (this.#blocks.at(-1)?.block !== block) {
      this.#shrink()
      this.#blocks.push({ block, start: this.#found, rows: this.#last })
    }
    this.#last[this.#found - (this.#blocks.at(-1) as Found).start] = row & (BLOCK - 1)
    this.#found++
  }

  // The last block has all its rows: another one begins.
  #shrink(): void {
    const last = this.#blocks.at(-1)
    if (!last) return
    const count = this.#found - last.start
    last.rows = count === BLOCK ? undefined : this.#last.slice(0, count)
  }
}

function wholeBlock(block: number): Found {
  return { block, start: block * BLOCK, rows: undefined }
}
