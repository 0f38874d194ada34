// The tree of an application's producers, as a table with a row for each.

import type { Producer } from '../listener/census.js'
import type { Application } from './applications.js'

export interface Rates {
  /** Records and bytes a second. */
  readonly recordRate: number
  readonly byteRate: number
}

export interface Measured extends Omit<Application, 'census' | 'at'>, Partial<Rates> {
  readonly answers: boolean
  readonly records?: number
  readonly bytes?: number
  readonly dropped?: number
  readonly damaged?: number
  readonly waiting?: number
  readonly producers: readonly (Producer & Rates)[]
}

/** What an application does a second, by two looks at it. */
export function measure(now: Application, before: readonly Application[]): Measured {
  const { census, at, ...rest } = now
  if (!census) return { ...rest, answers: false, producers: [] }
  const earlier = before.find(({ directory, pid }) => {
    return directory === now.directory && pid === now.pid
  })
  const seconds = Math.max(0.001, (at - (earlier?.at ?? at)) / 1000)
  const rates = (of: Counts, was: Counts | undefined): Rates => ({
    recordRate: was ? Math.max(0, of.records - was.records) / seconds : 0,
    byteRate: was ? Math.max(0, of.bytes - was.bytes) / seconds : 0,
  })
  const known = new Map(earlier?.census?.producers.map((each) => [keyOf(each), each]))
  const producers = census.producers
    .filter((each) => !(now.collector && isUnused(each)))
    .map((each) => ({ ...each, ...rates(each, known.get(keyOf(each)) ?? NOTHING) }))
    .sort((a, b) => compare(a.source, b.source) || a.pid - b.pid)
  return { ...rest, answers: true, ...census, ...rates(census, earlier?.census), producers }
}

type Counts = Pick<Producer, 'records' | 'bytes'>

const NOTHING: Counts = { records: 0, bytes: 0 }

/** The table, with a line about the whole above it. */
export function show(application: Measured): string {
  const { directory, pid, collector, level, levels, producers } = application
  const own = Object.entries(levels).map(([name, each]) => `, ${name} ${each}`)
  const title = `${collector ? 'collector' : 'application'} ${pid}  ${directory}  level ${level}${own.join('')}`
  if (!application.answers) return `${bold(title)}\n  does not answer\n`
  const labels = label(producers.map(({ source }) => source))
  const rows = producers.map((each, index) => [labels[index] ?? '', ...rowOf(each)])
  const { records = 0, bytes = 0, recordRate = 0, byteRate = 0, dropped = 0 } = application
  const total = ['all', '', '', ...amounts({ records, bytes, recordRate, byteRate })]
  const waiting = `${size(application.waiting ?? 0)} in handlers`
  return `${bold(title)}\n${table([HEAD, ...rows, [...total, waiting, String(dropped), '']])}`
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
/** Columns of numbers. */
const RIGHT = new Set([1, 2, 3, 4, 5, 6, 7, 8])

function rowOf(producer: Producer & Rates): string[] {
  const { pid, tid, waiting, limit, dropped, state } = producer
  const share = Math.round((100 * waiting) / limit)
  const queue = `${size(waiting)} (${share}%)`
  return [String(pid), String(tid), ...amounts(producer), queue, String(dropped), state]
}

function amounts({ records, bytes, recordRate, byteRate }: Counts & Rates): string[] {
  return [String(records), recordRate.toFixed(0), size(bytes), size(byteRate)]
}

// Each source beneath the nearest one above it that is there, and named by what it has beyond that.
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

// Paths of an application start beneath its root, which is not named in them.
function isBeneath(source: string, above: string): boolean {
  if (source === above) return false
  return above === 'root'
    ? !source.includes('#') || /^(?:worker|fork|cluster|spawn)#/.test(source)
    : source.startsWith(`${above}/`)
}

// The root first, then the tree in the order of its numbers.
function compare(a: string, b: string): number {
  if (a === 'root' || b === 'root') return Number(b === 'root') - Number(a === 'root')
  const [left, right] = [a.split('/'), b.split('/')]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = (left[i] ?? '').localeCompare(right[i] ?? '', 'en', { numeric: true })
    if (order !== 0) return order
  }
  return left.length - right.length
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

function isUnused({ source, records }: Producer): boolean {
  return source === 'root' && records === 0
}

function keyOf({ source, pid, tid }: Producer): string {
  return `${source} ${pid}/${tid}`
}

function bold(text: string): string {
  return process.stdout.isTTY ? `\x1b[1m${text}\x1b[22m` : text
}
