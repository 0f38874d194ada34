// Options: the public configuration, its check and its defaults.
// Options are checked once, where they enter. The `Settings` made of them are complete, and are not checked again.

import { LogshareError } from '../core/errors.js'
import type { Threshold } from '../core/level.js'
import { process } from '../core/originals.js'
import { createRedact } from '../core/redact.js'
import {
  boolean,
  type Check,
  list,
  object,
  oneOf,
  optional,
  optionError,
  text,
  threshold,
} from './check.js'
import { checkHandlers, type HandlerOptions, type RelayHandlerOptions } from './handlers.js'
import type { InputOptions } from './inputs.js'
import type { MetricsOptions, MetricsSettings } from './metrics.js'
import { parseDuration, parseSize } from './quantity.js'

/**
 * Options of `install(options)` and of `LOGSHARE_CONFIG`; all are optional.
 *
 * A size is a number of bytes or a text such as `"64m"` (`b`, `k`, `m`, `g`: powers of 1024). A duration is a number of
 * milliseconds or a text such as `"20ms"` (`ms`, `s`, `m`, `h`, `d`, `w`). A wrong value or an unknown option throws
 * `LOGSHARE_ERR_OPTION`, with the option's path, the expected and the actual value.
 */
export interface Options {
  /** Level of the root logger, and of all loggers without one of their own or of an ancestor. Default `"info"`. */
  readonly level?: Threshold
  /** Levels by dotted logger name; a name without a level has that of its nearest ancestor. Default `{}`. */
  readonly levels?: Readonly<Record<string, Threshold>>
  /** Names of the libraries whose records are captured; `false` for none. Default: all that logshare knows. */
  readonly adapters?: readonly string[] | false
  /**
   * Where copies of all records go. They add to what the application prints and writes itself; only a `console` handler
   * replaces what would be shown on the terminal. Default: none.
   */
  readonly handlers?: readonly (HandlerOptions | RelayHandlerOptions)[]
  /**
   * Whether a child's logger writes its files through the root's logger of the same identity, if there is one. Default:
   * true. With `false`, children's libraries write their files themselves.
   */
  readonly relay?: boolean
  /**
   * Levels of the records made of printed lines that do not tell a level themselves; `silent` for no records. Default
   * `{ "stdout": "info", "stderr": "warn" }`.
   */
  readonly streams?: { readonly stdout?: Threshold; readonly stderr?: Threshold }
  /**
   * Whether the start and the end of each child are recorded, by the logger `logshare`: the end with its code or signal,
   * how long the child ran and how many records it made. Default: false.
   */
  readonly lifecycle?: boolean
  /** Whether lines of programs other than node become records, if they inherit stdout or stderr. Default: false. */
  readonly programs?: boolean
  /** What happens when a queue, or the backlog of a handler that cannot write, is full. */
  readonly overflow?: {
    /** `block`: wait for room up to `wait`, then drop. `drop`: drop at once. Default `"block"`. */
    readonly policy?: 'block' | 'drop'
    /**
     * Size: how much may wait in the queue files of a process, in a handler that cannot write, and for the root's main
     * thread. Default `"64m"`.
     */
    readonly limit?: string | number
    /**
     * Duration: how long a log call waits for room, and how long the exit waits for a handler that cannot write.
     * Default `"5s"`.
     */
    readonly wait?: string | number
  }
  /** How records of different producers are ordered. */
  readonly order?: {
    /** Duration: records that arrive within it are ordered by time. `0` for the order of arrival. Default `"20ms"`. */
    readonly window?: string | number
  }
  /**
   * The queue of the root's own threads. `ring`: shared memory. `file`: a queue file, as in all other processes;
   * slower, but its records survive when the root is killed. Default `"ring"`.
   */
  readonly queue?: 'ring' | 'file'
  /**
   * Paths of fields whose values are replaced with `[REDACTED]` before a record leaves its producer: `"password"`,
   * `"user.token"`, `"*.token"`. Default `[]`.
   */
  readonly redact?: readonly string[]
  /** Fields of all records, such as `{ "service": "api" }`; those of a call or a context win. Values are JSON. Default `{}`. */
  readonly fields?: Readonly<Record<string, unknown>>
  /** Whether all records have a field `hostname`, or the name it has. Default: false. */
  readonly hostname?: boolean | string
  /** Serves the metrics of the tree at `http://127.0.0.1:9464/metrics`. Needs `prom-client`. Default: they are not served. */
  readonly metrics?: MetricsOptions
  /** Inputs of `logshare collect`; an application ignores them. Default `[]`. */
  readonly inputs?: readonly InputOptions[]
}

/** What a configuration file has: options, and sections of options by the name of an environment (`NODE_ENV`). */
export type Config = Options & { readonly [environment: string]: unknown }

/** Options with all defaults filled in; sizes in bytes, durations in milliseconds, paths absolute. */
export interface Settings {
  readonly level: Threshold
  readonly levels: Readonly<Record<string, Threshold>>
  readonly adapters: readonly string[]
  readonly handlers: readonly HandlerOptions[]
  readonly relay: boolean
  readonly streams: { readonly stdout: Threshold; readonly stderr: Threshold }
  readonly lifecycle: boolean
  readonly programs: boolean
  readonly overflow: {
    readonly policy: 'block' | 'drop'
    readonly limit: number
    readonly wait: number
  }
  readonly order: { readonly window: number }
  readonly queue: 'ring' | 'file'
  readonly redact: readonly string[]
  /** If they are served. */
  readonly metrics?: MetricsSettings
  /** With `hostname`. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Names of the top-level options. */
export const OPTION_NAMES: readonly string[] = [
  'level',
  'levels',
  'adapters',
  'handlers',
  'relay',
  'streams',
  'lifecycle',
  'programs',
  'overflow',
  'order',
  'queue',
  'redact',
  'fields',
  'hostname',
  'metrics',
  'inputs',
]

/**
 * Checks options and fills in the defaults. `adapterNames`: what the option `adapters` accepts, and its default (config/
 * is below adapters/ and cannot look it up). `directory`: base of relative paths. Throws `LOGSHARE_ERR_OPTION`, naming the
 * wrong option.
 */
export function checkOptions(
  options: unknown,
  adapterNames: readonly string[],
  directory: string = process.cwd(),
): Settings {
  const given = object(options, 'options', OPTION_NAMES)
  if (given.inputs !== undefined) {
    const { checkInputs } = require('./inputs.js') as typeof import('./inputs.js')
    checkInputs(given.inputs, 'inputs')
  }
  const overflow = object(orEmpty(given.overflow), 'overflow', ['policy', 'limit', 'wait'])
  const order = object(orEmpty(given.order), 'order', ['window'])
  const streams = object(orEmpty(given.streams), 'streams', ['stdout', 'stderr'])
  return {
    level: optional(given.level, 'level', threshold) ?? 'info',
    levels: optional(given.levels, 'levels', levels) ?? {},
    adapters: adapters(given.adapters, adapterNames),
    handlers: optional(given.handlers, 'handlers', checkHandlers(directory)) ?? [],
    relay: optional(given.relay, 'relay', boolean) ?? true,
    streams: {
      stdout: optional(streams.stdout, 'streams.stdout', threshold) ?? 'info',
      stderr: optional(streams.stderr, 'streams.stderr', threshold) ?? 'warn',
    },
    lifecycle: optional(given.lifecycle, 'lifecycle', boolean) ?? false,
    programs: optional(given.programs, 'programs', boolean) ?? false,
    overflow: {
      policy: optional(overflow.policy, 'overflow.policy', oneOf('block', 'drop')) ?? 'block',
      limit: optional(overflow.limit, 'overflow.limit', parseSize) ?? parseSize('64m', ''),
      wait: optional(overflow.wait, 'overflow.wait', parseDuration) ?? 5000,
    },
    order: { window: optional(order.window, 'order.window', parseDuration) ?? 20 },
    queue: optional(given.queue, 'queue', oneOf('ring', 'file')) ?? 'ring',
    redact: optional(given.redact, 'redact', redactPaths) ?? [],
    fields: {
      ...hostField(given.hostname),
      ...optional(given.fields, 'fields', jsonFields),
    },
    ...metrics(given.metrics),
  }
}

function metrics(value: unknown): Pick<Settings, 'metrics'> {
  if (value === undefined) return {}
  const { checkMetrics } = require('./metrics.js') as typeof import('./metrics.js')
  return { metrics: checkMetrics(value, 'metrics') }
}

function adapters(value: unknown, names: readonly string[]): readonly string[] {
  if (value === false) return []
  if (value === undefined) return names
  if (!Array.isArray(value))
    throw optionError('adapters', 'an array of adapter names or false', value)
  return list(oneOf(...names))(value, 'adapters')
}

const levels: Check<Readonly<Record<string, Threshold>>> = (value, option) =>
  Object.fromEntries(
    Object.entries(object(value, option)).map(([name, level]) => [
      name,
      threshold(level, `${option}['${name}']`),
    ]),
  )

function hostField(value: unknown): object {
  if (value === undefined || value === false) return {}
  if (value !== true) return { hostname: text(value, 'hostname') }
  const { hostname } = require('node:os') as typeof import('node:os')
  return { hostname: hostname() }
}

const jsonFields: Check<Readonly<Record<string, unknown>>> = (value, option) => {
  const given = object(value, option)
  for (const key of Object.keys(value as object)) {
    const member = given[key]
    const isJson = member === null || /^(?:string|number|boolean|object)$/.test(typeof member)
    if (!isJson) throw optionError(`${option}.${key}`, 'a value of JSON', member)
  }
  return { ...(value as Record<string, unknown>) }
}

const redactPaths: Check<readonly string[]> = (value, option) => {
  const paths = list(text)(value, option)
  try {
    createRedact(paths)
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_OPTION', `${option}: ${(cause as Error).message}`, {
      cause,
    })
  }
  return paths
}

function orEmpty(value: unknown): unknown {
  return value === undefined ? {} : value
}
