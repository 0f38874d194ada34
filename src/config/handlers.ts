// Handlers: the options of handlers that write files and streams, and the check of the option `handlers`.

import { isAbsolute, resolve } from 'node:path'
import { LogshareError } from '../core/errors.js'
import type { Threshold } from '../core/level.js'
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
import { checkFilter, FILTER_NAMES, type FilterOptions } from './filter.js'
import { checkKeys, KEY_NAMES, type KeyOptions, STORE_FORMATS, type StoreFormat } from './format.js'
import type { RemoteHandlerOptions } from './remote.js'
import { checkRotate, type RotateOptions } from './rotate.js'

/** Writes records to a file, which only the root has open. */
export interface FileHandlerOptions extends FilterOptions, KeyOptions {
  readonly type: 'file'
  /** Path of the file. A relative path is resolved against the directory in which the root starts. Required. */
  readonly path: string
  /**
   * `json`: one JSON object per line. `pretty`: text for people. `datadog`, `ecs` (Elastic Common Schema), `gelf` (Graylog),
   * `google` (Google Cloud): JSON with the names of that store. Default `"json"`.
   */
  readonly format?: 'json' | 'pretty' | StoreFormat
  /** When the file is rotated and which old files are kept. Default: no rotation. */
  readonly rotate?: RotateOptions
  /**
   * When written data is flushed to the disk (fsync). `never`: left to the operating system. `interval`: once a second
   * while records are written. `error`: after each batch that has a record of level error or above. Default `"never"`.
   */
  readonly sync?: 'never' | 'interval' | 'error'
  /** Signal on which the root reopens the file if it was moved, as `reopen()` does. Default: none. */
  readonly reopen?: 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2'
}

/** Writes records to a standard stream of the root. */
export interface ConsoleHandlerOptions extends FilterOptions, KeyOptions {
  readonly type: 'console'
  /** Default `"stdout"`. */
  readonly stream?: 'stdout' | 'stderr'
  /**
   * `json`: one JSON object per line. `pretty`: text for people. `raw`: the message as it was logged, and an error's
   * stack. `auto`: `pretty` on a terminal, else `json`. `datadog`, `ecs`, `gelf`, `google`: as of a file. Default `"auto"`.
   */
  readonly format?: 'auto' | 'json' | 'pretty' | 'raw' | StoreFormat
  /**
   * Time of a `pretty` line. `absolute`: time of day. `relative`: since the line before. `start`: since the first one.
   * Default `"absolute"`.
   */
  readonly clock?: 'absolute' | 'relative' | 'start'
  /** Whether `pretty` on a terminal shows records that repeat the one before as one line with a count. Default: true. */
  readonly fold?: boolean
  /** Level name: records of this level and above go to stderr instead of `stream`. Default: none. */
  readonly stderr?: Threshold
}

/** Accepted in a list, where it has no effect: the option `relay` decides whether records are relayed. */
export interface RelayHandlerOptions extends FilterOptions {
  readonly type: 'relay'
}

export type HandlerOptions = FileHandlerOptions | ConsoleHandlerOptions | RemoteHandlerOptions

const HANDLER_TYPES = [
  'file',
  'console',
  'relay',
  'socket',
  'syslog',
  'otlp',
  'jetstream',
  'module',
  'pino',
] as const

/** Checks the option `handlers`. `directory`: base of relative paths. Throws `LOGSHARE_ERR_OPTION`. */
export function checkHandlers(directory: string): Check<readonly HandlerOptions[]> {
  return (value, option) => {
    const all = list(handler(directory))(value, option)
    const paths = all.map((each) => (each.type === 'file' ? each.path : undefined))
    for (const [i, path] of paths.entries()) {
      const first = paths.indexOf(path)
      if (path === undefined || first === i) continue
      const what = `a file of its own, got that of ${option}[${first}]: '${path}'`
      throw new LogshareError('LOGSHARE_ERR_OPTION', `${option}[${i}].path: expected ${what}`)
    }
    return all.filter((each) => each.type !== 'relay')
  }
}

function handler(directory: string): Check<HandlerOptions | RelayHandlerOptions> {
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
  const known = [
    'type',
    ...FILTER_NAMES,
    'path',
    'format',
    ...KEY_NAMES,
    'rotate',
    'sync',
    'reopen',
  ]
  const given = object(value, option, known)
  const path = filePath(given.path, `${option}.path`)
  const rotate = optional(given.rotate, `${option}.rotate`, checkRotate)
  const sync = optional(given.sync, `${option}.sync`, oneOf('never', 'interval', 'error'))
  const signals = oneOf('SIGHUP', 'SIGUSR1', 'SIGUSR2')
  const reopen = optional(given.reopen, `${option}.reopen`, signals)
  const formats = oneOf('json', 'pretty', ...STORE_FORMATS)
  const format = optional(given.format, `${option}.format`, formats) ?? 'json'
  return {
    type: 'file',
    ...checkFilter(given, option),
    path: isAbsolute(path) ? path : resolve(directory, path),
    format,
    ...checkKeys(given, option, format),
    ...(rotate && { rotate }),
    ...(sync && { sync }),
    ...(reopen && { reopen }),
  }
}

const filePath: Check<string> = (value, option) => {
  const path = text(value, option)
  if (!/^~(?:\/|$)/.test(path)) return path
  const what = "a path without '~', which only a shell replaces"
  throw optionError(option, what, value)
}

function consoleHandler(value: unknown, option: string): ConsoleHandlerOptions {
  const given = object(value, option, [
    'type',
    ...FILTER_NAMES,
    'stream',
    'format',
    ...KEY_NAMES,
    'clock',
    'fold',
    'stderr',
  ])
  const formats = oneOf('auto', 'json', 'pretty', 'raw', ...STORE_FORMATS)
  const format = optional(given.format, `${option}.format`, formats) ?? 'auto'
  const clocks = oneOf('absolute', 'relative', 'start')
  const clock = optional(given.clock, `${option}.clock`, clocks)
  const fold = optional(given.fold, `${option}.fold`, boolean)
  const stderr = optional(given.stderr, `${option}.stderr`, threshold)
  return {
    type: 'console',
    ...checkFilter(given, option),
    stream: optional(given.stream, `${option}.stream`, oneOf('stdout', 'stderr')) ?? 'stdout',
    format,
    ...checkKeys(given, option, format),
    ...(clock && { clock }),
    ...(fold !== undefined && { fold }),
    ...(stderr !== undefined && { stderr }),
  }
}
