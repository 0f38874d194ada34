// Prometheus: the metrics of the tree in a registry of prom-client, read when that is scraped.

import { loadPeer } from '../handlers/packages.js'
import type { Metrics } from '../listener/measured.js'
import { MEASURES, type Measure, shared } from './measures.js'

/** What is needed of prom-client's `Registry`. */
export interface MetricsRegistry {
  metrics(): Promise<string>
  removeSingleMetric(name: string): void
  readonly contentType: string
}

interface Metric {
  reset(): void
  inc(labels: object, value: number): void
  set(labels: object, value: number): void
}

interface MetricOptions {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly registers: readonly MetricsRegistry[]
  readonly collect: (this: Metric) => Promise<void>
}

export interface PromClient {
  readonly register: MetricsRegistry
  readonly Registry: new () => MetricsRegistry
  readonly Counter: new (options: MetricOptions) => Metric
  readonly Gauge: new (options: MetricOptions) => Metric
}

/** Throws `LOGSHARE_ERR_OPTION` if the package is missing. */
export function loadPromClient(): PromClient {
  return loadPeer('metrics', 'prom-client') as PromClient
}

/** Registers all metrics. Default: prom-client's own registry. Returns what removes them. */
export function registerIn(
  registry: MetricsRegistry | undefined,
  read: () => Promise<Metrics>,
): () => void {
  const client = loadPromClient()
  const target = registry ?? client.register
  const once = shared(read)
  const made: Measure[] = []
  const remove = (): void => {
    for (const { name } of made.splice(0)) target.removeSingleMetric(name)
  }
  try {
    for (const measure of MEASURES) {
      add(client, target, measure, once)
      made.push(measure)
    }
  } catch (error) {
    remove()
    throw error
  }
  return remove
}

function add(
  { Counter, Gauge }: PromClient,
  registry: MetricsRegistry,
  { name, help, labels, isCounter, read }: Measure,
  once: () => Promise<Metrics>,
): void {
  const Metric = isCounter ? Counter : Gauge
  new Metric({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    async collect() {
      const samples = read(await once())
      this.reset()
      for (const { labels, value } of samples) {
        if (isCounter) this.inc(labels, value)
        else this.set(labels, value)
      }
    },
  })
}
