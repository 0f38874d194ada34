// Destinations: in a child, has pino's files opened late if the root writes to them.

import { mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { encodeWish } from '../../core/wish.js'
import type { AdapterContext } from '../kit/adapter.js'
import { callersOf } from '../kit/identity/callers.js'
import { destinationClass } from './booms.js'
import { createLate, openNow } from './late.js'
import { isWrittenInRoot } from './levels.js'
import type { Library, Logger, Pino, Stream } from './library.js'

interface Options {
  readonly transport?: object
  readonly writable?: unknown
  readonly _writableState?: unknown
}

/** Callers that are passed on as pino's option `caller`, which it uses to find the packages of transports. */
const MAX_CALLERS = 5

/** Creates what the application asks pino to open. */
class Destinations {
  readonly #library: Library
  readonly #context: AdapterContext
  readonly #destination: (given: unknown) => Stream
  readonly #Class = destinationClass()
  readonly #onWrite: (text: unknown) => void

  constructor(library: Library, context: AdapterContext, onWrite: (text: unknown) => void) {
    this.#library = library
    this.#context = context
    this.#destination = library.pino.destination
    this.#onWrite = onWrite
  }

  destination(given: unknown): Stream {
    const destination = this.#destination
    const file = fileOf(given)
    if (file === undefined) return destination(given)
    const create = (): Stream => {
      const fd = openFile(file, given)
      if (fd === undefined) return destination(given)
      const options = typeof given === 'object' ? given : { minLength: 0 }
      return Object.assign(destination({ ...options, dest: fd }), { file })
    }
    const path = resolve(file)
    const onReopen = (): void => {
      const { queue } = this.#context.registry()
      queue.note(encodeWish({ wish: 'reopen', lib: 'pino', path }))
    }
    const late = createLate(create, { file, Class: this.#Class, onWrite: this.#onWrite, onReopen })
    if (!isWrittenInRoot(this.#context, path)) openNow(late)
    return late
  }

  /** The options of `pino.transport()`. pino would find our file among the callers. */
  withCaller(options: object): object {
    return { caller: callersOf(this.#library.path).slice(0, MAX_CALLERS), ...options }
  }

  /** The arguments of `pino()`, with a stream in place of each file that pino would open. */
  rewrite(args: readonly unknown[]): readonly unknown[] {
    const [first = {}, second, ...rest] = args
    if (typeof first === 'string') return [{}, this.#file(first)]
    if (!isOptions(first)) return args
    const { transport } = first
    const options = transport ? { ...first, transport: this.withCaller(transport) } : first
    return [options, typeof second === 'string' ? this.#file(second) : second, ...rest]
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
          transport(isOn() ? destinations.withCaller(options) : options),
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
