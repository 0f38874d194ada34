// The signale adapter: loggers are known by scope and by the file that has made them.

import { basename } from 'node:path'
import * as shimmer from 'shimmer'
import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { errorAmong, take, withoutColours } from '../kit/capture/take.js'
import { packArgs, unpackArgs } from '../kit/capture/values.js'
import { relayInto, tryCapture } from '../kit/guard.js'
import { hookPackage } from '../kit/hook/package.js'
import { placeOf } from '../kit/identity/callers.js'
import { type InstanceIdentity, Instances } from '../kit/identity/instances.js'

interface Type {
  readonly stream?: unknown
  readonly logLevel?: string
}

interface Signale {
  readonly _scopeName: string | readonly string[]
  readonly _types: Readonly<Record<string, Type>>
  readonly _stream: unknown
  readonly _secrets: readonly unknown[]
  readonly _generalLogLevel: string
  readonly _logLevels: Readonly<Record<string, number>>
  readonly _config: { readonly displayFilename?: boolean }
  isEnabled(): boolean
  disable(): void
  enable(): void
  _getLongestLabel(): string
  _validateLogLevel(level: unknown): string
  _filterSecrets(text: string): string
  _formatMessage(value: unknown): string
  _buildSignale(type: Type, ...args: unknown[]): string
  _write(stream: unknown, text: string): void
  _log(text: string, streams: unknown, level: string): void
  _logger(type: string, ...args: unknown[]): void
}

interface Extra {
  readonly identity: InstanceIdentity
  readonly type?: string
  readonly file?: string
  readonly args?: unknown
  /** What a timer has to say, finished. */
  readonly text?: string
}

const PACKAGE = { name: 'signale', main: /[\\/]signale[\\/]signale\.js$/, internal: true }
const OWN_FILES = /[\\/]signale[\\/](?:signale|index)\.js$/
const NUMBERS: Readonly<Record<string, number>> = {
  info: 30,
  timer: 30,
  debug: 20,
  warn: 40,
  error: 50,
}
// The library lets debug pass where only info is wanted less, so these are not the records' levels.
const THRESHOLDS: Readonly<Record<string, number>> = {
  info: 10,
  timer: 15,
  debug: 20,
  warn: 40,
  error: 50,
}
const DISABLED = 100

const instances = new Instances<Signale>()

export const signaleAdapter: Adapter = {
  name: 'signale',

  install(context) {
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      const { prototype } = exports as { prototype?: Signale }
      if (typeof prototype?._logger !== 'function') return
      undo.push(watchInstances(prototype, context))
      if (context.role === 'track') return
      shimmer.wrap(prototype, '_logger', (original) => wrapLogger(original, context))
      shimmer.wrap(prototype, '_log', (original) => wrapLog(original, context))
      undo.push(() => shimmer.massUnwrap([prototype], ['_logger', '_log']))
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  // The level has been checked in the child; the time and the file that the root's format shows are the child's.
  relay({ time }, given) {
    if (given === undefined) return false
    const { identity, type = 'log', file, args, text } = JSON.parse(given) as Extra
    const instance = instances.find(identity) ?? first()
    if (!instance) return undefined
    const date = new Date(time)
    const shown: Signale = Object.create(instance, {
      date: { value: date.toLocaleDateString() },
      timestamp: { value: date.toLocaleTimeString() },
      filename: { value: file ?? '' },
    })
    return relayInto('signale', () => {
      const known = instance._types[type] ?? instance._types.log ?? {}
      const line = text ?? instance._filterSecrets(shown._buildSignale(known, ...unpackArgs(args)))
      for (const stream of listOf(known.stream ?? instance._stream)) instance._write(stream, line)
    })
  },
}

function wrapLogger(original: Signale['_logger'], context: AdapterContext): Signale['_logger'] {
  return function _logger(this: Signale, type, ...args) {
    if (isRelaying()) return original.call(this, type, ...args)
    const { stream, logLevel } = this._types[type] ?? {}
    if (context.role === 'copy') whileRelaying(() => original.call(this, type, ...args))
    else if (isData(stream ?? this._stream, context))
      return untouched(() => original.call(this, type, ...args))
    const level = this._validateLogLevel(logLevel)
    if (!isEnabled(this, level, context)) return
    const isTaken = tryCapture('signale', () => takeCall(this, type, level, args, context))
    if (!isTaken && context.role === 'take') untouched(() => original.call(this, type, ...args))
  }
}

// Only what timers say comes here by itself.
function wrapLog(original: Signale['_log'], context: AdapterContext): Signale['_log'] {
  return function _log(this: Signale, text, streams = this._stream, level) {
    if (isRelaying() || isUntouched) return original.call(this, text, streams, level)
    if (context.role === 'copy') original.call(this, text, streams, level)
    else if (isData(streams, context)) return original.call(this, text, streams, level)
    if (!isEnabled(this, level, context)) return
    const isTaken = tryCapture('signale', () => {
      const identity = instances.identify(this)
      take(context, {
        lib: 'signale',
        name: nameOf(this),
        level: NUMBERS[level] ?? 30,
        msg: withoutColours(text),
        extra: context.relays ? JSON.stringify({ identity, text }) : undefined,
      })
    })
    if (!isTaken && context.role === 'take') original.call(this, text, streams, level)
  }
}

let isUntouched = false

function untouched(act: () => void): void {
  isUntouched = true
  try {
    act()
  } finally {
    isUntouched = false
  }
}

function takeCall(
  logger: Signale,
  type: string,
  level: string,
  args: readonly unknown[],
  context: AdapterContext,
): void {
  const error = errorAmong(args)
  const msg = logger._filterSecrets(messageOf(logger, args))
  const isSecret = logger._secrets.length > 0
  const sent = isSecret ? [error ? censor(logger, error) : msg] : args
  const identity = instances.identify(logger)
  const file = logger._config.displayFilename ? basename(placeOf(OWN_FILES)) : undefined
  take(context, {
    lib: 'signale',
    name: nameOf(logger),
    level: type === 'fatal' ? 60 : (NUMBERS[level] ?? 30),
    msg,
    error: error && isSecret ? censor(logger, error) : error,
    fields: `,"type":${JSON.stringify(type)}`,
    extra: context.relays
      ? `${JSON.stringify({ identity, type, file }).slice(0, -1)},"args":${packArgs(sent)}}`
      : undefined,
  })
}

// As `_buildSignale` reads its arguments.
function messageOf(logger: Signale, args: readonly unknown[]): string {
  const [first] = args
  if (args.length !== 1 || typeof first !== 'object' || first === null)
    return logger._formatMessage(args)
  if (first instanceof Error) return String(first.message)
  const { prefix, message, suffix } = first as Record<string, unknown>
  if (!prefix && !message && !suffix) return logger._formatMessage(args)
  return [prefix, message && logger._formatMessage(message), suffix].filter(Boolean).join(' ')
}

function censor(logger: Signale, error: Error): Error {
  const censored = new Error(logger._filterSecrets(error.message))
  censored.name = error.name
  censored.stack = logger._filterSecrets(String(error.stack))
  return censored
}

function isEnabled(logger: Signale, level: string, { role, levels }: AdapterContext): boolean {
  const { _logLevels: order, _generalLogLevel: own } = logger
  if (!logger.isEnabled() || (order[level] ?? 0) < (order[own] ?? 0)) return false
  if (role !== 'take' || own !== 'info') return true
  // A child that has no level of its own has the root's.
  return (THRESHOLDS[level] ?? DISABLED) >= (levels.find('signale', nameOf(logger)) ?? 0)
}

function isData(streams: unknown, { capture }: AdapterContext): boolean {
  return listOf(streams).some((stream) => {
    if (stream === process.stdout) return !capture.stdout
    return stream === process.stderr && !capture.stderr
  })
}

// The constructor asks for the longest label once, when it knows the scope; the level comes last.
function watchInstances(prototype: Signale, { role, levels }: AdapterContext): () => void {
  const announce = (logger: Signale): void => {
    if (role === 'take') return
    const level = THRESHOLDS[logger._generalLogLevel] ?? 10
    levels.announce('signale', nameOf(logger), logger.isEnabled() ? level : DISABLED)
  }
  shimmer.wrap(prototype, '_getLongestLabel', (original) => {
    return function _getLongestLabel(this: Signale) {
      if (!instances.identify(this)) {
        instances.add(this, nameOf(this), placeOf(OWN_FILES))
        if (role !== 'take') announceLater(this, announce)
      }
      return original.call(this)
    }
  })
  for (const method of ['disable', 'enable'] as const) {
    shimmer.wrap(prototype, method, (original) => {
      return function (this: Signale) {
        original.call(this)
        announce(this)
      }
    })
  }
  const unwatch = levels.watch(() => {}) // they are looked up at each call, and to be told
  return () => {
    unwatch()
    shimmer.massUnwrap([prototype], ['_getLongestLabel', 'disable', 'enable'])
  }
}

// With the assignment that ends the constructor.
function announceLater(logger: Signale, announce: (logger: Signale) => void): void {
  Object.defineProperty(logger, '_generalLogLevel', {
    configurable: true,
    enumerable: true,
    get: () => undefined,
    set(value: string) {
      const level = { value, configurable: true, enumerable: true, writable: true }
      Object.defineProperty(logger, '_generalLogLevel', level)
      announce(logger)
    },
  })
}

function first(): Signale | undefined {
  for (const instance of instances) return instance
  return undefined
}

function nameOf({ _scopeName: scope }: Signale): string {
  return [scope].flat().filter(Boolean).join(':') || 'signale'
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
