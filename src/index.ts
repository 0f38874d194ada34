// Index: the public API, complete.

import { install } from './install.js'
import type { Logger } from './logger/logger.js'
import { callEach } from './tree/each.js'
import type { RecordHandler, Stats } from './tree/instance.js'
import type { MetricsProvider } from './tree/meter.js'
import { instance } from './tree/place.js'
import type { MetricsRegistry } from './tree/prometheus.js'

export type {
  ConsoleHandlerOptions,
  FileHandlerOptions,
  HandlerOptions,
  RelayHandlerOptions,
} from './config/handlers.js'
export type { MetricsOptions } from './config/metrics.js'
export type { Config, Options } from './config/options.js'
export type { KeepOptions, RotateOptions } from './config/rotate.js'
export { LogshareError } from './core/errors.js'
export type { Level, Threshold } from './core/level.js'
export type { LogRecord } from './core/record.js'
export type { ChildOptions, Logger, LogMethod } from './logger/logger.js'
export type { RecordHandler as Handler, Stats } from './tree/instance.js'
export type { MetricsProvider } from './tree/meter.js'
export type { MetricsRegistry } from './tree/prometheus.js'
export { install }

/**
 * Returns the logger of this name; the same object for the same name. Works in the root and in every child, before and
 * after `install()`. Never throws.
 *
 * @param name - Dotted name, such as `db.pool`. A logger without a level of its own has the level of its nearest
 *   ancestor (`db`, then the root logger). Default: the root logger.
 * @example
 * const log = getLogger('db.pool')
 * log.info({ size: 10 }, 'connected to %s', host)
 */
export function getLogger(name?: string): Logger {
  return instance().registry.getLogger(name)
}

/**
 * Writes what has been logged so far. In the root, the promise resolves when all earlier records have been given to the
 * handlers and those have written them. In a child it resolves at once: a record is in the queue when its log call
 * returns.
 */
export function flush(): Promise<void> {
  return instance().flush()
}

/**
 * Reopens log files that were moved away, for example by logrotate. The promise resolves when nothing is written to the
 * moved files any more. Without this call, the file handler notices a move with the first record after 100 ms. In a
 * child it asks the root's listener.
 */
export function reopen(): Promise<void> {
  return instance().reopen()
}

/** Returns the counters of this thread and, in the root, of the listener. */
export function stats(): Stats {
  return instance().stats()
}

/**
 * Adds a handler that gets every record of the root and all its children, on the root's main thread. In a child it does
 * nothing.
 *
 * @param handler - A function that is called with each record, or an object whose `write` is called with batches. An
 *   exception or a rejection is counted in `stats().failed` and reported once on stderr.
 * @returns A function that removes the handler.
 * @example
 * const remove = addHandler((record) => {
 *   if (record.level >= 50) alert(record.msg)
 * })
 */
export function addHandler(
  handler: RecordHandler | ((record: import('./core/record.js').LogRecord) => void),
): () => void {
  return instance().addHandler(typeof handler === 'function' ? callEach(handler) : handler)
}

/**
 * Registers the metrics of the whole tree with prom-client: records and bytes, drops, what waits in the queues, and the
 * listener's lag. They are read when the registry is scraped. In a child it does nothing.
 *
 * @param registry - A `Registry` of `prom-client`. Default: the package's own.
 * @returns A function that removes them.
 * @throws `LogshareError` with the code `LOGSHARE_ERR_OPTION` if `prom-client` is not installed.
 * @example
 * registerMetrics()
 * app.get('/metrics', async (request, response) => response.end(await client.register.metrics()))
 */
export function registerMetrics(registry?: MetricsRegistry): () => void {
  const { metrics } = instance()
  if (!metrics) return () => {}
  const { registerIn } = require('./tree/prometheus.js') as typeof import('./tree/prometheus.js')
  return registerIn(registry, metrics)
}

/**
 * Observes the metrics of the whole tree as instruments of OpenTelemetry. In a child it does nothing.
 *
 * @param provider - A `MeterProvider`. Default: the global one of `@opentelemetry/api`, as it is at the call.
 * @returns A function that ends it.
 * @throws `LogshareError` with the code `LOGSHARE_ERR_OPTION` if `@opentelemetry/api` is not installed.
 */
export function observeMetrics(provider?: MetricsProvider): () => void {
  const { metrics } = instance()
  if (!metrics) return () => {}
  const { observeBy } = require('./tree/meter.js') as typeof import('./tree/meter.js')
  return observeBy(provider, metrics)
}

/**
 * Runs a function. Every record that is logged within it, by whatever captured library and also after an `await`, gets the
 * fields. So do records of the threads and processes that are started within, with the OpenTelemetry span that is active
 * then. A record's own field of the same name takes precedence; an inner context takes precedence over an outer one.
 *
 * @param fields - The fields, encoded and redacted once.
 * @param act - The function.
 * @returns What `act` returns.
 * @example
 * app.use((request, response, next) => withContext({ requestId: request.id }, next))
 */
export function withContext<T>(fields: import('./core/record.js').Fields, act: () => T): T {
  return instance().registry.withContext(fields, act)
}
