// Density: how many records there are in each column of a picture of a lane, and how bad the worst is.

import { BLOCK } from './columns.js'
import type { Indexer, Origin } from './indexer.js'
import type { Selection } from './selection.js'

export interface Area {
  readonly from: number
  readonly to: number
  /** Columns. */
  readonly width: number
  /** Ids of the lanes; undefined: all of them as one. */
  readonly lanes: readonly number[] | undefined
}

/** For each lane: column, number of records and highest level of each column that has any, one after the other. */
export function measureDensity(area: Area, selection: Selection, index: Indexer): number[][] {
  const { from, to, width, lanes } = area
  const rows = lanes?.length ?? 1
  const counts = new Uint32Array(rows * width)
  const levels = new Uint8Array(rows * width)
  const slots = slotsOf(index.origins, lanes)
  const { columns } = index
  const start = selection.positionOf(columns.indexOf(from))
  const end = selection.positionOf(columns.indexOf(to))
  const scale = width / (to - from)
  for (const run of selection.runs(start, end)) {
    const block = columns.block(run.block * BLOCK)
    for (let nth = run.from; nth < run.to; nth++) {
      const at = run.rows ? (run.rows[nth] as number) : nth
      const slot = slots[block.origins[at] as number] as number
      if (slot < 0) continue
      const column = Math.min(width - 1, Math.floor(((block.times[at] as number) - from) * scale))
      const cell = slot * width + column
      counts[cell] = (counts[cell] as number) + 1
      const level = block.levels[at] as number
      if (level > (levels[cell] as number)) levels[cell] = level
    }
  }
  return Array.from({ length: rows }, (_, row) => cellsOf(counts, levels, row, width))
}

// The row of the picture for each origin; -1 for those that are not in it.
function slotsOf(origins: readonly Origin[], lanes: readonly number[] | undefined): Int16Array {
  const byLane = lanes && new Map(lanes.map((id, slot) => [id, slot]))
  return Int16Array.from(origins, ({ lane }) => (byLane ? (byLane.get(lane.id) ?? -1) : 0))
}

function cellsOf(counts: Uint32Array, levels: Uint8Array, row: number, width: number): number[] {
  const cells: number[] = []
  for (let column = 0; column < width; column++) {
    const at = row * width + column
    if ((counts[at] as number) === 0) continue
    cells.push(column, counts[at] as number, levels[at] as number)
  }
  return cells
}
