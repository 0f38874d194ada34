// Table: prints the producers of one application for `logshare ps`, as a tree with one row per producer.

import { process } from '../core/originals.js'
import { printable } from '../core/printable.js'
import type { ProducerStatus } from '../listener/status.js'
import type { Counts, Measured, Rates } from './rates.js'

/** The table, below a line with the application's process, directory and levels. */
export function formatApplication(application: Measured): string {
  const { directory, pid, collector, level, levels, producers } = application
  const own = Object.entries(levels).map(([name, each]) => `, ${name} ${each}`)
  const title = `${collector ? 'collector' : 'application'} ${pid}  ${directory}  level ${level}${own.join('')}`
  if (!application.answers) return `${bold(printable(title))}\n  no answer\n`
  const labels = label(producers.map(({ source }) => source))
  const rows = producers.map((each, index) => [printable(labels[index] ?? ''), ...rowOf(each)])
  const { records = 0, bytes = 0, recordRate = 0, byteRate = 0, dropped = 0 } = application
  const total = ['all', '', '', ...amounts({ records, bytes, recordRate, byteRate })]
  const waiting = `${size(application.waiting ?? 0)} in handlers`
  return `${bold(printable(title))}\n${table([HEAD, ...rows, [...total, waiting, String(dropped), '']])}`
}

const HEAD = [
  'source',
  'pid',
  'thread',
  'records',
  '/s',
  'bytes',
  '/s',
  'queue',
  'dropped',
  'state',
]
/** Columns of numbers, aligned to the right. */
const RIGHT = new Set([1, 2, 3, 4, 5, 6, 7, 8])

function rowOf(producer: ProducerStatus & Rates): string[] {
  const { pid, tid, waiting, limit, dropped, state } = producer
  const share = Math.round((100 * waiting) / limit)
  const queue = `${size(waiting)} (${share}%)`
  return [String(pid), String(tid), ...amounts(producer), queue, String(dropped), state]
}

function amounts({ records, bytes, recordRate, byteRate }: Counts & Rates): string[] {
  return [String(records), recordRate.toFixed(0), size(bytes), size(byteRate)]
}

// Indents each source below its nearest ancestor in the list and leaves out the part of its path that they share.
function label(sources: readonly string[]): string[] {
  const above: string[] = []
  return sources.map((source) => {
    for (
      let last = above.at(-1);
      last !== undefined && !isBeneath(source, last);
      last = above.at(-1)
    ) {
      above.pop()
    }
    const parent = above.at(-1)
    const depth = above.length
    above.push(source)
    const name =
      parent === undefined || parent === 'root' ? source : source.slice(parent.length + 1)
    return `${'  '.repeat(depth)}${name}`
  })
}

// Sources of an application's children do not begin with `root/`; those of a collector's applications are no children
// of its root.
function isBeneath(source: string, above: string): boolean {
  if (source === above) return false
  return above === 'root'
    ? !source.includes('#') || /^(?:worker|fork|cluster|spawn)#/.test(source)
    : source.startsWith(`${above}/`)
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) => {
    const cells = widths.map((width, column) => {
      const cell = row[column] ?? ''
      return RIGHT.has(column) ? cell.padStart(width) : cell.padEnd(width)
    })
    return `  ${cells.join('  ')}`.trimEnd()
  })
  return `${lines.join('\n')}\n`
}

function size(bytes: number): string {
  const units = ['B', 'k', 'M', 'G', 'T']
  let value = bytes
  let unit = 0
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024
  return `${unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`
}

function bold(text: string): string {
  return process.stdout.isTTY ? `\x1b[1m${text}\x1b[22m` : text
}
