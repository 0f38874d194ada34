// Meter: the metrics of the tree as observable instruments of OpenTelemetry, read when a reader collects.

import { loadPeer } from '../handlers/packages.js'
import type { Metrics } from '../listener/measured.js'
import { MEASURES } from './measures.js'

interface Instruments {
  observe(instrument: object, value: number, attributes: object): void
}

type Observe = (result: Instruments) => Promise<void>

interface Meter {
  createObservableCounter(name: string, options: object): object
  createObservableUpDownCounter(name: string, options: object): object
  createObservableGauge(name: string, options: object): object
  addBatchObservableCallback(callback: Observe, instruments: object[]): void
  removeBatchObservableCallback(callback: Observe, instruments: object[]): void
}

/** What is needed of OpenTelemetry's `MeterProvider`. */
export interface MetricsProvider {
  getMeter(name: string): object
}

/** Observes all metrics. Default: the global provider. Returns what ends it. */
export function observeBy(
  provider: MetricsProvider | undefined,
  read: () => Promise<Metrics>,
): () => void {
  const meter = (provider ?? globalProvider()).getMeter('logshare') as Meter
  const made = MEASURES.map((measure) => {
    const { meter: name, unit, help: description, isCounter } = measure
    // Ages do not add up over processes; bytes and producers do.
    const kind = isCounter
      ? 'createObservableCounter'
      : unit === 's'
        ? 'createObservableGauge'
        : 'createObservableUpDownCounter'
    return { measure, instrument: meter[kind](name, { unit, description }) }
  })
  const observe: Observe = async (result) => {
    const metrics = await read()
    for (const { measure, instrument } of made) {
      for (const { labels, value } of measure.read(metrics)) {
        result.observe(instrument, value, attributesOf(labels))
      }
    }
  }
  const instruments = made.map(({ instrument }) => instrument)
  meter.addBatchObservableCallback(observe, instruments)
  return () => meter.removeBatchObservableCallback(observe, instruments)
}

function globalProvider(): MetricsProvider {
  const api = loadPeer('metrics', '@opentelemetry/api') as {
    readonly metrics: { getMeterProvider(): MetricsProvider }
  }
  return api.metrics.getMeterProvider()
}

function attributesOf(labels: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(labels).map(([key, text]) => [`logshare.${key}`, text]))
}
