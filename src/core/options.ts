// Options: what a user may configure, checked once at the edge and complete ever after.

import { isAbsolute, resolve } from 'node:path'
import { expected, LogshareError } from './errors.js'
import { isThreshold, THRESHOLD_NAMES, type Threshold } from './level.js'
import { parseDuration, parseSize } from './quantity.js'
import { createRedact } from './redact.js'
import { checkRotate, type RotateOptions } from './rotate.js'

interface CommonHandlerOptions {
  /** Records below this level do not reach the handler. Default: all do. */
  readonly level?: Threshold
  /** Logger names this handler takes: a name with all beneath it, `*` within. Default: all. */
  readonly names?: readonly string[]
}

export interface FileHandlerOptions extends CommonHandlerOptions {
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

export interface ConsoleHandlerOptions extends CommonHandlerOptions {
  readonly type: 'console'
  /** Default `stdout`. */
  readonly stream?: 'stdout' | 'stderr'
  /** Default `auto`: pretty on a terminal, else JSON. */
  readonly format?: 'auto' | 'json' | 'pretty'
}

export interface RelayHandlerOptions extends CommonHandlerOptions {
  readonly type: 'relay'
}

export type HandlerOptions = FileHandlerOptions | ConsoleHandlerOptions | RelayHandlerOptions

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

/** Names `adapters` may hold. One without an adapter in this version captures nothing. */
export const ADAPTER_NAMES: readonly string[] =
  'console crash debug debuglog warning pino winston bunyan log4js loglevel consola logtape tslog roarr signale'.split(
    ' ',
  )

type Check<T> = (value: unknown, option: string) => T
type Shape = Readonly<Record<string, unknown>>

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
  ])
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
    const type = object(value, option).type
    switch (oneOf('file', 'console', 'relay')(type, `${option}.type`)) {
      case 'file':
        return fileHandler(value, option, directory)
      case 'console':
        return consoleHandler(value, option)
      default:
        return {
          type: 'relay',
          ...common(object(value, option, ['type', 'level', 'names']), option),
        }
    }
  }
}

function fileHandler(value: unknown, option: string, directory: string): FileHandlerOptions {
  const known = ['type', 'level', 'names', 'path', 'format', 'rotate', 'sync', 'reopen']
  const given = object(value, option, known)
  const path = text(given.path, `${option}.path`)
  const rotate = optional(given.rotate, `${option}.rotate`, (rotation, name) =>
    checkRotate(rotation, name, object),
  )
  const sync = optional(given.sync, `${option}.sync`, oneOf('never', 'interval', 'error'))
  const signals = oneOf('SIGHUP', 'SIGUSR1', 'SIGUSR2')
  const reopen = optional(given.reopen, `${option}.reopen`, signals)
  return {
    type: 'file',
    ...common(given, option),
    path: isAbsolute(path) ? path : resolve(directory, path),
    format: optional(given.format, `${option}.format`, oneOf('json', 'pretty')) ?? 'json',
    ...(rotate && { rotate }),
    ...(sync && { sync }),
    ...(reopen && { reopen }),
  }
}

function consoleHandler(value: unknown, option: string): ConsoleHandlerOptions {
  const given = object(value, option, ['type', 'level', 'names', 'stream', 'format'])
  return {
    type: 'console',
    ...common(given, option),
    stream: optional(given.stream, `${option}.stream`, oneOf('stdout', 'stderr')) ?? 'stdout',
    format: optional(given.format, `${option}.format`, oneOf('auto', 'json', 'pretty')) ?? 'auto',
  }
}

function common(given: Shape, option: string): { level?: Threshold; names?: readonly string[] } {
  const level = optional(given.level, `${option}.level`, threshold)
  const names = optional(given.names, `${option}.names`, list(text))
  return { ...(level && { level }), ...(names && { names }) }
}

function adapters(value: unknown): readonly string[] {
  if (value === false) return []
  if (value === undefined) return ADAPTER_NAMES
  if (!Array.isArray(value)) throw fault('adapters', 'a list of names or false', value)
  return list(oneOf(...ADAPTER_NAMES))(value, 'adapters')
}

const threshold: Check<Threshold> = (value, option) => {
  if (isThreshold(value)) return value
  throw fault(option, `one of ${THRESHOLD_NAMES.join(', ')}`, value)
}

const levels: Check<Readonly<Record<string, Threshold>>> = (value, option) =>
  Object.fromEntries(
    Object.entries(object(value, option)).map(([name, level]) => [
      name,
      threshold(level, `${option}['${name}']`),
    ]),
  )

const text: Check<string> = (value, option) => {
  if (typeof value === 'string' && value !== '') return value
  throw fault(option, 'a text that is not empty', value)
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

function oneOf<const T extends string>(...choices: readonly T[]): Check<T> {
  return (value, option) => {
    const found = choices.find((choice) => choice === value)
    if (found !== undefined) return found
    throw fault(option, `one of ${choices.join(', ')}`, value)
  }
}

function list<T>(item: Check<T>): Check<readonly T[]> {
  return (value, option) => {
    if (!Array.isArray(value)) throw fault(option, 'a list', value)
    return value.map((member, index) => item(member, `${option}[${index}]`))
  }
}

function object(value: unknown, option: string, known?: readonly string[]): Shape {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fault(option, 'an object', value)
  }
  const stranger = known && Object.keys(value).find((key) => !known.includes(key))
  if (known && stranger !== undefined) {
    const place = option === 'options' ? stranger : `${option}.${stranger}`
    throw new LogshareError(
      'LOGSHARE_ERR_OPTION',
      `${place}: no such option; known here: ${known.join(', ')}`,
    )
  }
  return value as Shape
}

function optional<T>(value: unknown, option: string, check: Check<T>): T | undefined {
  return value === undefined ? undefined : check(value, option)
}

function fault(option: string, what: string, value: unknown): LogshareError {
  return new LogshareError('LOGSHARE_ERR_OPTION', `${option}: ${expected(what, value)}`)
}
