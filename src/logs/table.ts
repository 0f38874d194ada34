// Table: prints the statistics of `logshare merge --stats` with one row per producer.

import { RealDate } from '../core/originals.js'
import type { ProducerStats, Stats } from './stats.js'

const HEADS = 'producer pid/tid records first last seq missing announced doubles disorder'.split(
  ' ',
)
/** Columns of text, aligned to the left. */
const TEXTS = new Set([0, 1, 3, 4, 5])

/** A row for each producer and one for all, then a line with the missing numbers of each producer that has any. */
export function formatStats({ producers, total }: ReturnType<Stats['read']>): string {
  const rows = producers.map(row)
  const { records, missing, announced, doubles, disorder } = total
  const numbers = [missing, announced, doubles, disorder].map(String)
  const last = [`${total.producers} in all`, '', String(records), '', '', '', ...numbers]
  const lines = layOut([HEADS, ...rows, last])
  return [...lines, ...producers.flatMap(describeGaps)].join('\n')
}

function row(stats: ProducerStats): string[] {
  const { producer, pid, tid, records, first, last, seq, disorder } = stats
  const time = (at: number | undefined): string => (at === undefined ? '' : timeText(at))
  const count = (value: number | undefined): string => (value === undefined ? '' : String(value))
  return [
    producer,
    pid === undefined ? '' : `${pid}/${tid}`,
    String(records),
    time(first),
    time(last),
    seq ? rangeText(seq) : '',
    count(stats.missing),
    count(stats.announced),
    count(stats.doubles),
    String(disorder),
  ]
}

function describeGaps({ producer, pid, tid, missing = 0, gaps = [] }: ProducerStats): string[] {
  if (missing === 0) return []
  const named = gaps.reduce((sum, [from, to]) => sum + to - from + 1, 0)
  const more = missing > named ? `, and ${missing - named} more` : ''
  return [`missing of ${producer} ${pid}/${tid}: ${gaps.map(rangeText).join(', ')}${more}`]
}

function rangeText([from, to]: readonly [number, number]): string {
  return from === to ? String(from) : `${from}-${to}`
}

function timeText(at: number): string {
  const date = new RealDate(at)
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString()
}

function layOut(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADS.map((_, i) => Math.max(...rows.map((each) => each[i]?.length ?? 0)))
  return rows.map((cells) =>
    cells
      .map((cell, i) =>
        TEXTS.has(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}
