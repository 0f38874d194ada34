// Destinations: in a child, has pino's files and transports opened late if the root may write to them.

import { mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { AdapterContext } from '../kit/adapter.js'
import { callersOf } from '../kit/identity/callers.js'
import { createLate, openNow } from './late.js'
import { hasLoggers } from './levels.js'
import type { Library, Logger, Pino, Stream } from './library.js'
import { addTerminalTransport } from './streams.js'

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
  readonly targets?: readonly Transport[]
  readonly options?: { readonly destination?: unknown }
  readonly write?: unknown
}

/** Callers that are passed on as pino's option `caller`, which it uses to find the packages of transports. */
const MAX_CALLERS = 5

type Create<T> = (given: T) => Stream

/** Creates what the application asks pino to open. */
class Destinations {
  readonly #path: string
  readonly #context: AdapterContext
  readonly #original: { destination: Create<unknown>; transport: Create<object> }
  readonly #onWrite: (text: unknown) => void

  constructor({ path, pino }: Library, context: AdapterContext, onWrite: (text: unknown) => void) {
    this.#path = path
    this.#context = context
    this.#original = { destination: pino.destination, transport: pino.transport }
    this.#onWrite = onWrite
  }

  destination(given: unknown): Stream {
    const { destination } = this.#original
    const file = this.#context.role === 'take' ? fileOf(given) : undefined
    if (file === undefined) return destination(given)
    const create = (): Stream => {
      const fd = openFile(file, given)
      if (fd === undefined) return destination(given)
      const options = typeof given === 'object' ? given : { minLength: 0 }
      return Object.assign(destination({ ...options, dest: fd }), { file })
    }
    const late = createLate(create, file, this.#onWrite)
    if (!hasLoggers(this.#context)) openNow(late)
    return late
  }

  transport(given: unknown): Stream {
    const { transport } = this.#original
    if (!isTransport(given)) return transport(given as object)
    const options = { caller: callersOf(this.#path).slice(0, MAX_CALLERS), ...given }
    const isTerminal = leadsToTerminal(given)
    if (!isTerminal && hasLoggers(this.#context))
      return createLate(() => transport(options), undefined, this.#onWrite)
    const stream = transport(options)
    if (isTerminal) addTerminalTransport(stream)
    return stream
  }

  /** The arguments of `pino()`, with a stream in place of each file and transport that pino would open. */
  rewrite(args: readonly unknown[]): readonly unknown[] {
    const [first = {}, second] = args
    if (typeof first === 'string') return [{}, this.#file(first)]
    if (!isOptions(first)) return args
    const { transport: wanted, ...options } = first
    // pino 6 has no transports.
    if (wanted && typeof this.#original.transport === 'function') {
      // pino rejects these combinations or ignores the second argument.
      const isUnusual = second !== undefined || (wanted.targets?.length && first.formatters?.level)
      if (isUnusual || !isTransport(wanted)) return args
      return [options, this.transport({ ...wanted, ...levelsOf(first) })]
    }
    return typeof second === 'string' ? [first, this.#file(second)] : args
  }

  // pino opens such a file with other options than `pino.destination(path)`.
  #file(dest: string): Stream | string {
    return fileOf(dest) ? this.destination({ dest }) : dest
  }
}

/** Returns exports to use in place of the copy's own while `isOn()` is true. `onWrite` gets text before it is written. */
export function replaceExports(
  library: Library,
  context: AdapterContext,
  onWrite: (text: unknown) => void,
  isOn: () => boolean,
): Pino {
  const { pino: original } = library
  const { destination, transport } = original
  const destinations = new Destinations(library, context, onWrite)
  // A function, because applications also call it with `new`.
  function pino(...args: unknown[]): Logger {
    return isOn() ? original(...destinations.rewrite(args)) : original(...args)
  }
  return Object.defineProperties(pino, {
    ...Object.getOwnPropertyDescriptors(original),
    ...valuesOf({
      default: pino,
      pino,
      destination: (...args: [unknown?]) =>
        isOn() ? destinations.destination(args[0]) : destination(...args),
      ...(typeof transport === 'function' && {
        transport: (options: object) =>
          isOn() ? destinations.transport(options) : transport(options),
      }),
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

// Undefined for a file descriptor, which may also be a text of digits, and for what pino rejects.
function fileOf(given: unknown): string | undefined {
  const isObject = typeof given === 'object' && given !== null
  const { dest, fd } = (isObject ? given : { dest: given }) as Where
  return typeof dest === 'string' && dest !== '' && !fd && !Number.isFinite(Number(dest))
    ? dest
    : undefined
}

interface Where {
  readonly dest?: unknown
  readonly fd?: unknown
  readonly append?: unknown
  readonly mkdir?: unknown
  readonly mode?: number
}

// At once: pino opens it later, and loses what it holds when the process exits before.
function openFile(file: string, given: unknown): number | undefined {
  const { append = true, mkdir, mode } = (typeof given === 'object' ? given : {}) as Where
  try {
    if (mkdir) mkdirSync(dirname(file), { recursive: true })
    return openSync(file, append ? 'a' : 'w', mode)
  } catch {
    return undefined // pino emits the error
  }
}

// False for a stream: `pino(stream)` is the same as `pino({}, stream)`.
function isOptions(first: unknown): first is Options {
  if (typeof first !== 'object' || first === null) return false
  const { writable, _writableState } = first as Options
  return !writable && !_writableState
}

// False for options that pino rejects: it then throws its own error.
function isTransport(given: unknown): given is Transport {
  if (typeof given !== 'object' || given === null) return false
  const { target, targets, write } = given as Transport
  return typeof write !== 'function' && !(target && targets)
}

function levelsOf({ customLevels, useOnlyCustomLevels, levels }: Options): object {
  if (!customLevels) return {}
  return { levels: useOnlyCustomLevels ? customLevels : { ...levels, ...customLevels } }
}

const TERMINAL_TARGET = /^pino\/file$|^pino-pretty$/

/** Whether the transport's thread only writes to stdout or stderr. */
function leadsToTerminal({ target, targets, options }: Transport): boolean {
  if (Array.isArray(targets)) return targets.length > 0 && targets.every(leadsToTerminal)
  const { destination = 1 } = options ?? {}
  return (
    typeof target === 'string' &&
    TERMINAL_TARGET.test(target) &&
    (Number(destination) === 1 || Number(destination) === 2)
  )
}
