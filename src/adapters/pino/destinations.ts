// Destinations: gives pino in a child sinks in place of the files, transports and standard streams it would open.

import { resolve } from 'node:path'
import type { AdapterContext } from '../kit/adapter.js'
import { encodeTarget, Sink } from '../kit/capture/sink.js'
import { isMocked } from '../kit/capture/stdio.js'
import { callersOf } from '../kit/identity/callers.js'
import type { Library, Logger, Pino, Stream } from './library.js'

/** What the root opens for a child. Its stdout and stderr are not described so: they are the targets `1` and `2`. */
export type Target =
  | { readonly type: 'destination'; readonly options: object }
  | { readonly type: 'transport'; readonly options: object }

type Stray = (target: string, text: string) => void

interface Options {
  readonly transport?: Transport
  readonly formatters?: { readonly level?: unknown }
  readonly customLevels?: object
  readonly useOnlyCustomLevels?: boolean
  readonly levels?: object
  readonly writable?: unknown
  readonly _writableState?: unknown
}

interface Transport {
  readonly target?: unknown
  readonly targets?: readonly unknown[]
  readonly write?: unknown
}

/** Callers that are passed on as pino's option `caller`, which it uses to find the packages of transports. */
const MAX_CALLERS = 5

/** Creates sinks for what the application asks pino to open. Methods return undefined if pino has to open it itself. */
class Destinations {
  readonly #path: string
  readonly #capture: AdapterContext['capture']
  readonly #stray: Stray

  constructor({ path }: Library, { capture }: AdapterContext, stray: Stray) {
    this.#path = path
    this.#capture = capture
    this.#stray = stray
  }

  destination(given: unknown): Stream | undefined {
    const isObject = typeof given === 'object' && given !== null
    const dest = normalize(isObject ? (given as { dest?: unknown }).dest : given)
    if (typeof dest !== 'string') return this.#standard(dest)
    const options = { ...(isObject ? given : { minLength: 0 }), dest: resolve(dest) }
    return this.#sink({ type: 'destination', options }, dest)
  }

  transport(given: unknown): Stream | undefined {
    if (!isTransport(given)) return undefined
    const caller = callersOf(this.#path).slice(0, MAX_CALLERS)
    return this.#sink({ type: 'transport', options: { caller, ...(given as object) } })
  }

  /** The arguments of `pino()`, with a sink in place of each destination that pino would open. */
  rewrite(args: readonly unknown[]): readonly unknown[] {
    const [first = {}, second] = args
    if (typeof first === 'string') return [{}, this.destination(first) ?? first]
    if (!isOptions(first)) return args
    const { transport: wanted, ...options } = first
    if (wanted) {
      // pino rejects these combinations or ignores the second argument.
      const isUnusual = second !== undefined || (wanted.targets?.length && first.formatters?.level)
      const sink = isUnusual ? undefined : this.transport({ ...wanted, ...levelsOf(first) })
      return sink ? [options, sink] : args
    }
    if (typeof second === 'string') return [first, this.destination(second) ?? second]
    if (second || isMocked(process.stdout)) return args
    return [first, this.#standard(1)]
  }

  #standard(fd: unknown): Stream | undefined {
    const isCaptured = (fd === 1 && this.#capture.stdout) || (fd === 2 && this.#capture.stderr)
    return isCaptured ? this.#create(String(fd), { fd: Number(fd) }) : undefined
  }

  #sink(target: Target, file?: string): Stream | undefined {
    const text = encodeTarget(target)
    return text === undefined ? undefined : this.#create(text, { file })
  }

  #create(
    target: string,
    rest: { readonly fd?: number; readonly file?: string | undefined },
  ): Stream {
    return new Sink(target, this.#stray, rest) as unknown as Stream
  }
}

/** Returns exports to use in place of the copy's own. Its loggers open no destination while `isOn()` is true. */
export function replaceExports(
  library: Library,
  context: AdapterContext,
  stray: Stray,
  isOn: () => boolean,
): Pino {
  const { pino: original } = library
  const destinations = new Destinations(library, context, stray)
  const pino = (...args: unknown[]): Logger =>
    isOn() ? original(...destinations.rewrite(args)) : original(...args)
  const replaced = (...args: unknown[]) => pino(...args)
  return Object.defineProperties(replaced, {
    ...Object.getOwnPropertyDescriptors(original),
    ...valuesOf({
      default: replaced,
      pino: replaced,
      destination: (...args: [unknown?]) =>
        (isOn() ? destinations.destination(args[0]) : undefined) ?? original.destination(...args),
      transport: (options: object) =>
        (isOn() ? destinations.transport(options) : undefined) ?? original.transport(options),
    }),
  }) as unknown as Pino
}

function valuesOf(values: Readonly<Record<string, unknown>>): PropertyDescriptorMap {
  const entries = Object.entries(values).map(([key, value]) => [
    key,
    { value, configurable: true, enumerable: true, writable: true },
  ])
  return Object.fromEntries(entries) as PropertyDescriptorMap
}

// Interprets a destination as pino does: a number, or a text of digits, is a file descriptor.
function normalize(dest: unknown): unknown {
  if (dest === undefined || dest === null || dest === process.stdout.fd) return 1
  const fd = Number(dest)
  return typeof dest === 'string' && Number.isFinite(fd) ? fd : dest
}

// False for a stream: `pino(stream)` is the same as `pino({}, stream)`.
function isOptions(first: unknown): first is Options {
  if (typeof first !== 'object' || first === null) return false
  const { writable, _writableState } = first as Options
  return !writable && !_writableState
}

// False for options that pino rejects: it then throws its own error.
function isTransport(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false
  const { target, targets, write } = given as Transport
  return typeof write !== 'function' && !(target && targets)
}

function levelsOf({ customLevels, useOnlyCustomLevels, levels }: Options): object {
  if (!customLevels) return {}
  return { levels: useOnlyCustomLevels ? customLevels : { ...levels, ...customLevels } }
}
