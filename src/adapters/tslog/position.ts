// Position: caches the source position of log calls, for which tslog parses the stack of each call.
//
// Calls from the same place have the same stack, and therefore the same position. To take and to write out a whole stack takes
// half as long as all else that a call costs: where the position is read in any case, the nearest frames have to do.

import { isDeepStrictEqual } from 'node:util'

type Plain = Record<string, unknown>
type Patterns = readonly RegExp[] | undefined
type Top = (...args: never[]) => unknown

type GetMeta = (
  id: number,
  level: string,
  callerFrame: number,
  hidesPosition: boolean,
  name: unknown,
  parentNames: unknown,
  patterns: Patterns,
) => Plain

/** Version 5 only: a logger's interface to its platform. */
export interface Runtime {
  readonly getMeta: GetMeta
  getCallerStackFrame(
    callerFrame: number,
    error: { readonly stack?: string },
    patterns: Patterns,
  ): Plain
  /** Only in Node: writes the JSON lines that wait for it. */
  flushJsonSink?(): Promise<void>
}

/** Limit for the cached positions of one runtime. */
const MAX_PLACES = 1000
/** Longest stack (characters), with the patterns, that is cached. */
const MAX_STACK = 8192
/** Frames: the library's function for the level, the application's call, and one more. */
const NEAR = 3

// By runtime: a sub-logger, such as one for each request, shares its parent's.
const caches = new WeakMap<object, Map<string, Plain>>()

/**
 * A runtime that resolves each position once; undefined if `runtime` lacks the methods of version 5. `top`: the outermost of
 * our functions in the stack of a call. With it, positions are for certain to be read: they are resolved at once.
 */
export function cachePositions(
  runtime: Partial<Runtime> | undefined,
  top?: Top,
): Runtime | undefined {
  if (!isRuntime(runtime)) return undefined
  const places = caches.get(runtime) ?? new Map<string, Plain>()
  caches.set(runtime, places)
  const resolve = (stack: string, patterns: Patterns): Plain => {
    const key = `${textOf(patterns)}\n${stack}`
    let place = places.get(key)
    if (!place) {
      place = runtime.getCallerStackFrame(Number.NaN, { stack }, patterns)
      keep(places, key, place)
    }
    return { ...place }
  }
  // The nearest frames tell the place, unless the whole stack tells another one.
  let isNear = top !== undefined
  const resolveNear = (patterns: Patterns): Plain | undefined => {
    const near = top && isNear ? stackOf(top, NEAR) : undefined
    if (near === undefined) return undefined
    const key = `near ${textOf(patterns)}\n${near}`
    const known = places.get(key)
    if (known) return { ...known }
    const place = resolve(stackOf(getMeta) ?? '', patterns)
    const found = runtime.getCallerStackFrame(Number.NaN, { stack: near }, patterns)
    isNear = isDeepStrictEqual(found, place)
    if (isNear) keep(places, key, { ...place })
    return place
  }
  const getMeta: GetMeta = (id, level, frame, hides, name, parents, patterns) => {
    const meta = runtime.getMeta(id, level, frame, true, name, parents, patterns)
    if (hides) return meta
    const define = (value: PropertyDescriptor): void => {
      Object.defineProperty(meta, 'path', { configurable: true, enumerable: true, ...value })
    }
    const near = resolveNear(patterns)
    if (near) {
      define({ value: near, writable: true })
      return meta
    }
    const at: { stack?: string } = {}
    Error.captureStackTrace(at, getMeta)
    // Lazy, as in tslog itself: few consumers read the position.
    define({
      get() {
        const value = resolve(String(at.stack), patterns)
        define({ value, writable: true })
        return value
      },
    })
    return meta
  }
  return Object.create(runtime, { getMeta: { value: getMeta } }) as Runtime
}

function keep(places: Map<string, Plain>, key: string, place: Plain): void {
  if (places.size >= MAX_PLACES) places.clear()
  if (key.length <= MAX_STACK) places.set(key, place)
}

/** The stack above `top`, of at most `limit` frames. Undefined if the application has set a lower limit. */
function stackOf(top: Top, limit?: number): string | undefined {
  const at: { stack?: string } = {}
  const usual: unknown = Error.stackTraceLimit
  if (limit === undefined) {
    Error.captureStackTrace(at, top)
    return String(at.stack)
  }
  if (typeof usual !== 'number' || usual < USUAL || !Reflect.set(Error, LIMIT, limit))
    return undefined
  try {
    Error.captureStackTrace(at, top)
  } finally {
    Reflect.set(Error, LIMIT, usual)
  }
  return String(at.stack)
}

const LIMIT = 'stackTraceLimit'
/** Node's own limit. */
const USUAL = 10

const texts = new WeakMap<object, string>()

function textOf(patterns: Patterns): string {
  if (!patterns) return ''
  let text = texts.get(patterns)
  if (text === undefined) {
    text = String(patterns)
    texts.set(patterns, text)
  }
  return text
}

function isRuntime(runtime: Partial<Runtime> | undefined): runtime is Runtime {
  return typeof runtime?.getMeta === 'function' && typeof runtime.getCallerStackFrame === 'function'
}
