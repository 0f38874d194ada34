// Metrics: the option `metrics`, which serves the metrics of the tree for Prometheus.

import { type Check, object, optional, optionError, text } from './check.js'

export interface MetricsOptions {
  /** Port of `/metrics`; 0 for any that is free (`DEBUG=logshare*` prints it). Default 9464. */
  readonly port?: number
  /** Address to listen at. Default `"127.0.0.1"`: only this machine. */
  readonly host?: string
}

export type MetricsSettings = Required<MetricsOptions>

export const checkMetrics: Check<MetricsSettings> = (value, option) => {
  const given = object(value, option, ['port', 'host'])
  return {
    port: optional(given.port, `${option}.port`, portNumber) ?? 9464,
    host: optional(given.host, `${option}.host`, text) ?? '127.0.0.1',
  }
}

const portNumber: Check<number> = (value, option) => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 65_536) {
    return value
  }
  throw optionError(option, 'a port from 0 to 65535', value)
}
