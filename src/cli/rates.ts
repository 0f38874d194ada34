// Rates: records and bytes per second of an application and its producers, from two queries.

import type { ProducerStatus } from '../listener/status.js'
import type { Application } from './applications.js'

export interface Rates {
  /** Records per second. */
  readonly recordRate: number
  /** Bytes per second. */
  readonly byteRate: number
}

/** One application as `logshare ps --json` prints it. */
export interface Measured extends Omit<Application, 'census' | 'at'>, Partial<Rates> {
  readonly answers: boolean
  readonly records?: number
  readonly bytes?: number
  readonly dropped?: number
  readonly damaged?: number
  readonly waiting?: number
  readonly producers: readonly (ProducerStatus & Rates)[]
}

/** `before` holds the answers of the query before; an application that is not among them has rates of 0. */
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

export type Counts = Pick<ProducerStatus, 'records' | 'bytes'>

const NOTHING: Counts = { records: 0, bytes: 0 }

// The collector itself, which logs nothing unless it reports drops.
function isUnused({ source, records }: ProducerStatus): boolean {
  return source === 'root' && records === 0
}

function keyOf({ source, pid, tid }: ProducerStatus): string {
  return `${source} ${pid}/${tid}`
}

// The root first, then children by their numbers, so that `worker#10` comes after `worker#9`.
function compare(a: string, b: string): number {
  if (a === 'root' || b === 'root') return Number(b === 'root') - Number(a === 'root')
  const [left, right] = [a.split('/'), b.split('/')]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = (left[i] ?? '').localeCompare(right[i] ?? '', 'en', { numeric: true })
    if (order !== 0) return order
  }
  return left.length - right.length
}
