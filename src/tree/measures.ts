// Measures: the metrics of the tree of children by name, as Prometheus and OpenTelemetry show them.

import type { Tally } from '../core/tally.js'
import { ENDED } from '../listener/ledger.js'
import type { Metrics } from '../listener/measured.js'

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Measure {
  /** In Prometheus; in OpenTelemetry with points, without the unit and `_total`. */
  readonly name: string
  readonly meter: string
  readonly unit: string
  readonly help: string
  readonly isCounter: boolean
  readonly labels: readonly string[]
  readonly read: (metrics: Metrics) => readonly Sample[]
}

const counter = (name: string, unit: string, help: string): Omit<Measure, 'read' | 'labels'> => {
  return { name: `logshare_${name}_total`, meter: `logshare.${name}`, unit, help, isCounter: true }
}

const gauge = (
  meter: string,
  { suffix, unit }: { suffix: string; unit: string },
  help: string,
): Omit<Measure, 'read' | 'labels'> => {
  const name = `logshare_${meter.replaceAll('.', '_')}${suffix}`
  return { name, meter: `logshare.${meter}`, unit, help, isCounter: false }
}

const one = (value: number): readonly Sample[] => [{ labels: {}, value }]
const BYTES = { suffix: '_bytes', unit: 'By' }

export const MEASURES: readonly Measure[] = [
  {
    ...counter('records', '{record}', 'Records that the listener has read.'),
    labels: ['producer', 'level'],
    read: ({ accounts }) => accounts.flatMap(({ producer, levels }) => byLevel(producer, levels)),
  },
  {
    ...counter('bytes', 'By', 'Bytes of the records that the listener has read.'),
    labels: ['producer'],
    read: ({ accounts }) =>
      accounts.map(({ producer, bytes }) => ({ labels: { producer }, value: bytes })),
  },
  {
    ...counter('dropped', '{record}', 'Records dropped because there was no room.'),
    labels: ['producer', 'level'],
    read: readDrops,
  },
  {
    ...counter('undelivered', '{record}', 'Records that the main thread did not take in time.'),
    labels: [],
    read: ({ undelivered }) => one(undelivered),
  },
  {
    ...counter('handler_failures', '{failure}', 'Calls of handlers that failed.'),
    labels: [],
    read: ({ failed }) => one(failed),
  },
  {
    ...counter('damaged', '{damage}', 'How often bytes in a queue were skipped.'),
    labels: [],
    read: ({ damaged }) => one(damaged),
  },
  {
    ...gauge('queue', BYTES, 'Bytes in a queue that the listener has not read yet.'),
    labels: ['producer'],
    read: (metrics) => queues(metrics, 'waiting'),
  },
  {
    ...gauge('queue.capacity', BYTES, 'Bytes that may wait in a queue.'),
    labels: ['producer'],
    read: (metrics) => queues(metrics, 'capacity'),
  },
  {
    ...gauge('handlers.waiting', BYTES, 'Bytes that handlers keep and have not passed on yet.'),
    labels: [],
    read: ({ kept }) => one(kept),
  },
  {
    ...gauge('producers', { suffix: '', unit: '{producer}' }, 'Producers whose queues are read.'),
    labels: [],
    read: ({ producers }) => one(producers),
  },
  {
    ...gauge(
      'listener.lag',
      { suffix: '_seconds', unit: 's' },
      'Age of the oldest record that waits in a queue.',
    ),
    labels: [],
    read: ({ lag }) => one(lag / 1000),
  },
]

// Two living producers can have one name in a collector's directory.
function queues({ queues }: Metrics, member: 'waiting' | 'capacity'): readonly Sample[] {
  const sums = new Map<string, number>()
  for (const queue of queues) {
    sums.set(queue.producer, (sums.get(queue.producer) ?? 0) + queue[member])
  }
  return [...sums].map(([producer, value]) => ({ labels: { producer }, value }))
}

// The drops of a producer that is no longer told apart are counted with those of the others.
function readDrops({ drops, accounts, queues }: Metrics): readonly Sample[] {
  const known = new Set([...accounts, ...queues].map(({ producer }) => producer))
  const named = new Map<string, Record<string, number>>()
  for (const [source, levels] of Object.entries(drops)) {
    const producer = known.has(source) || !known.has(ENDED) ? source : ENDED
    const sums = named.get(producer) ?? {}
    for (const [level, count] of Object.entries(levels)) sums[level] = (sums[level] ?? 0) + count
    named.set(producer, sums)
  }
  return [...named].flatMap(([producer, levels]) => byLevel(producer, levels))
}

function byLevel(producer: string, levels: Tally[string] = {}): readonly Sample[] {
  return Object.entries(levels).map(([level, value]) => ({ labels: { producer, level }, value }))
}

/** Asks once for all that are read at the same time. */
export function shared(ask: () => Promise<Metrics>): () => Promise<Metrics> {
  let asked: Promise<Metrics> | undefined
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined
    })
    return asked
  }
}
