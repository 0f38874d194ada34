// Options: what a user may configure, checked once at the edge and complete ever after.

import { isAbsolute, resolve } from 'node:path'
import { LogshareError } from '../core/errors.js'
import type { Threshold } from '../core/level.js'
import { createRedact } from '../core/redact.js'
import { type Check, fault, list, object, oneOf, optional, text, threshold } from './check.js'
import { checkFilter, FILTER_NAMES, type FilterOptions } from './filter.js'
import type { InputOptions } from './inputs.js'
import { parseDuration, parseSize } from './quantity.js'
import type { RemoteHandlerOptions } from './remote.js'
import { checkRotate, type RotateOptions } from './rotate.js'

export interface FileHandlerOptions extends FilterOptions {
  readonly type: 'file'
  readonly path: string
  /** Default `json`. */
  readonly format?: 'json' | 'pretty'
  readonly rotate?: RotateOptions
  /**
   * When what was written is forced onto the disk: `never` (the system's business), `interval` (each second in which
   * something was written) or `error` (after records of level error and above). Default `never`.
   */
  readonly sync?: 'never' | 'interval' | 'error'
  /** A signal at which the root looks whether the file was moved away, as `reopen()` does. Default: none. */
  readonly reopen?: 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2'
}

export interface ConsoleHandlerOptions extends FilterOptions {
  readonly type: 'console'
  /** Default `stdout`. */
  readonly stream?: 'stdout' | 'stderr'
  /** Default `auto`: pretty on a terminal, else JSON. `raw` is the message alone, as it was logged. */
  readonly format?: 'auto' | 'json' | 'pretty' | 'raw'
  /** Records from this level on go to stderr. Default: none do. */
  readonly stderr?: Threshold
}

export interface RelayHandlerOptions extends FilterOptions {
  readonly type: 'relay'
}

export type HandlerOptions =
  | FileHandlerOptions
  | ConsoleHandlerOptions
  | RelayHandlerOptions
  | RemoteHandlerOptions

/** Every option may be left out. */
export interface Options {
  /** The root logger's level. Default `info`. */
  readonly level?: Threshold
  /** Levels by dotted name; a name without one has its nearest ancestor's. */
  readonly levels?: Readonly<Record<string, Threshold>>
  /** Libraries whose records are captured in children. Default: all that are known; `false`: none. */
  readonly adapters?: readonly string[] | false
  /** Where records end. Default `[{ "type": "relay" }]`; a list given is the whole list. */
  readonly handlers?: readonly HandlerOptions[]
  /** What a producer does when its queue is full. Default `block` for at most `5s`, within `64m`. */
  readonly overflow?: {
    readonly policy?: 'block' | 'drop'
    readonly limit?: string | number
    readonly wait?: string | number
  }
  /** Records of different producers are put in order of time within this window. Default `20ms`. */
  readonly order?: { readonly window?: string | number }
  /**
   * What the threads of the root log through: memory (`ring`), or files like all others (`file`), which cost more and are
   * there when the root is killed. Default `ring`.
   */
  readonly queue?: 'ring' | 'file'
  /** Paths of fields whose values are replaced before they leave the producer. Default none. */
  readonly redact?: readonly string[]
  /** What `logshare collect` takes from others than applications with logshare; for these it means nothing. */
  readonly inputs?: readonly InputOptions[]
}

/** Options with every default filled in; sizes in bytes, times in milliseconds. */
export interface Settings {
  readonly level: Threshold
  readonly levels: Readonly<Record<string, Threshold>>
  readonly adapters: readonly string[]
  readonly handlers: readonly HandlerOptions[]
  readonly overflow: {
    readonly policy: 'block' | 'drop'
    readonly limit: number
    readonly wait: number
  }
  readonly order: { readonly window: number }
  readonly queue: 'ring' | 'file'
  readonly redact: readonly string[]
}

const HANDLER_TYPES = [
  'file',
  'console',
  'relay',
  'socket',
  'syslog',
  'otlp',
  'jetstream',
  'module',
] as const

/** Names `adapters` may hold. One without an adapter in this version captures nothing. */
export const ADAPTER_NAMES: readonly string[] =
  'console crash debug debuglog warning pino winston bunyan log4js loglevel consola logtape tslog roarr signale'.split(
    ' ',
  )

/** Settings from options of any origin; throws `LOGSHARE_ERR_OPTION` naming the option at fault. */
export function checkOptions(options: unknown, directory: string = process.cwd()): Settings {
  const given = object(options, 'options', [
    'level',
    'levels',
    'adapters',
    'handlers',
    'overflow',
    'order',
    'queue',
    'redact',
    'inputs',
  ])
  if (given.inputs !== undefined) {
    const { checkInputs } = require('./inputs.js') as typeof import('./inputs.js')
    checkInputs(given.inputs, 'inputs')
  }
  const overflow = object(given.overflow ?? {}, 'overflow', ['policy', 'limit', 'wait'])
  const order = object(given.order ?? {}, 'order', ['window'])
  return {
    level: optional(given.level, 'level', threshold) ?? 'info',
    levels: optional(given.levels, 'levels', levels) ?? {},
    adapters: adapters(given.adapters),
    handlers: optional(given.handlers, 'handlers', list(handler(directory))) ?? [{ type: 'relay' }],
    overflow: {
      policy: optional(overflow.policy, 'overflow.policy', oneOf('block', 'drop')) ?? 'block',
      limit: optional(overflow.limit, 'overflow.limit', parseSize) ?? parseSize('64m', ''),
      wait: optional(overflow.wait, 'overflow.wait', parseDuration) ?? 5000,
    },
    order: { window: optional(order.window, 'order.window', parseDuration) ?? 20 },
    queue: optional(given.queue, 'queue', oneOf('ring', 'file')) ?? 'ring',
    redact: optional(given.redact, 'redact', redactPaths) ?? [],
  }
}

function handler(directory: string): Check<HandlerOptions> {
  return (value, option) => {
    const given = object(value, option)
    switch (oneOf(...HANDLER_TYPES)(given.type, `${option}.type`)) {
      case 'file':
        return fileHandler(value, option, directory)
      case 'console':
        return consoleHandler(value, option)
      case 'relay':
        object(value, option, ['type', ...FILTER_NAMES])
        return { type: 'relay', ...checkFilter(given, option) }
      default: {
        const { checkRemote } = require('./remote.js') as typeof import('./remote.js')
        return checkRemote(given, option, directory)
      }
    }
  }
}

function fileHandler(value: unknown, option: string, directory: string): FileHandlerOptions {
  const known = ['type', ...FILTER_NAMES, 'path', 'format', 'rotate', 'sync', 'reopen']
  const given = object(value, option, known)
  const path = text(given.path, `${option}.path`)
  const rotate = optional(given.rotate, `${option}.rotate`, checkRotate)
  const sync = optional(given.sync, `${option}.sync`, oneOf('never', 'interval', 'error'))
  const signals = oneOf('SIGHUP', 'SIGUSR1', 'SIGUSR2')
  const reopen = optional(given.reopen, `${option}.reopen`, signals)
  return {
    type: 'file',
    ...checkFilter(given, option),
    path: isAbsolute(path) ? path : resolve(directory, path),
    format: optional(given.format, `${option}.format`, oneOf('json', 'pretty')) ?? 'json',
    ...(rotate && { rotate }),
    ...(sync && { sync }),
    ...(reopen && { reopen }),
  }
}

function consoleHandler(value: unknown, option: string): ConsoleHandlerOptions {
  const given = object(value, option, ['type', ...FILTER_NAMES, 'stream', 'format', 'stderr'])
  const stderr = optional(given.stderr, `${option}.stderr`, threshold)
  return {
    type: 'console',
    ...checkFilter(given, option),
    stream: optional(given.stream, `${option}.stream`, oneOf('stdout', 'stderr')) ?? 'stdout',
    format:
      optional(given.format, `${option}.format`, oneOf('auto', 'json', 'pretty', 'raw')) ?? 'auto',
    ...(stderr !== undefined && { stderr }),
  }
}

function adapters(value: unknown): readonly string[] {
  if (value === false) return []
  if (value === undefined) return ADAPTER_NAMES
  if (!Array.isArray(value)) throw fault('adapters', 'a list of names or false', value)
  return list(oneOf(...ADAPTER_NAMES))(value, 'adapters')
}

const levels: Check<Readonly<Record<string, Threshold>>> = (value, option) =>
  Object.fromEntries(
    Object.entries(object(value, option)).map(([name, level]) => [
      name,
      threshold(level, `${option}['${name}']`),
    ]),
  )

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
