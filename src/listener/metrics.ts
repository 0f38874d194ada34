// Metrics: what the listener knows of each producer, for Prometheus and OpenTelemetry. It is made on request only.

import type { MessagePort } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { clearTimeout, setTimeout } from '../core/originals.js'
import type { Command } from './channel.js'
import type { Ledger } from './ledger.js'
import type { Account, ListenerMetrics, Metrics, QueueMetrics } from './measured.js'
import type { Remote } from './remote.js'
import type { Sources } from './sources.js'
import type { ListenerStats } from './stats.js'
import { capacityOf, producerOf } from './status.js'

/** Longest time (ms) the thread may take to answer. */
const ANSWER_LIMIT = 1000

/** Of a listener that has read nothing. */
const NOTHING: ListenerMetrics = { accounts: [], queues: [], lag: 0 }

/** `limit`: bytes that may wait in a producer's queue files. */
export function measure(sources: Sources, ledger: Ledger, limit: number): ListenerMetrics {
  const now = monotonic()
  let lag = 0
  const queues: QueueMetrics[] = []
  for (const source of sources.current()) {
    const time = source.reader.peek()?.time
    if (time !== undefined) lag = Math.max(lag, now - time)
    const waiting = source.reader.pending()
    queues.push({ producer: producerOf(source), waiting, capacity: capacityOf(source, limit) })
  }
  return { accounts: ledger.read(), queues, lag }
}

/** One account for each producer of all lists. */
function sumAccounts(...lists: readonly (readonly Account[])[]): readonly Account[] {
  const sums = new Map<string, { levels: Record<string, number>; bytes: number }>()
  for (const { producer, levels, bytes } of lists.flat()) {
    const sum = sums.get(producer) ?? { levels: {}, bytes: 0 }
    for (const [level, count] of Object.entries(levels)) {
      sum.levels[level] = (sum.levels[level] ?? 0) + count
    }
    sum.bytes += bytes
    sums.set(producer, sum)
  }
  return [...sums].map(([producer, sum]) => ({ producer, ...sum }))
}

/** Of the whole tree. `remote`: the listener's thread, if it reads. `stats`: called after its answer. */
export async function gather(
  here: ListenerMetrics,
  remote: Pick<Remote, 'isRunning' | 'post'> | undefined,
  stats: () => ListenerStats,
): Promise<Metrics> {
  const there = remote?.isRunning
    ? await ask((command, transfer) => remote.post(command, transfer))
    : NOTHING
  const { drops, waiting, failed, damaged, producers, undelivered } = stats()
  return {
    accounts: sumAccounts(here.accounts, there.accounts),
    queues: [...here.queues, ...there.queues],
    lag: Math.max(here.lag, there.lag),
    kept: waiting,
    ...{ drops, failed, damaged, producers, undelivered },
  }
}

/** Asks the listener's thread. A thread that ends or is stuck does not answer. */
function ask(
  post: (command: Command, transfer: readonly MessagePort[]) => void,
): Promise<ListenerMetrics> {
  const { MessageChannel } = require('node:worker_threads') as typeof import('node:worker_threads')
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    const timer = setTimeout(() => port1.close(), ANSWER_LIMIT)
    port1.on('message', resolve)
    port1.on('close', () => {
      clearTimeout(timer)
      resolve(NOTHING)
    })
    post({ type: 'metrics', port: port2 }, [port2])
  })
}
