// Position: caches the source position of log calls, for which tslog parses the stack of each call.
//
// Calls from the same place have the same stack, and therefore the same position.

type Plain = Record<string, unknown>

type GetMeta = (
  id: number,
  level: string,
  callerFrame: number,
  hidesPosition: boolean,
  name: unknown,
  parentNames: unknown,
  patterns: readonly RegExp[] | undefined,
) => Plain

/** Version 5 only: a logger's interface to its platform. */
export interface Runtime {
  readonly getMeta: GetMeta
  getCallerStackFrame(
    callerFrame: number,
    error: { readonly stack?: string },
    patterns: readonly RegExp[] | undefined,
  ): Plain
  /** Only in Node: writes the JSON lines that wait for it. */
  flushJsonSink?(): Promise<void>
}

/** Limit for the cached positions of one runtime. */
const MAX_PLACES = 1000
/** Longest stack (characters) that is cached. */
const MAX_STACK = 4096

// By runtime: a sub-logger, such as one for each request, shares its parent's.
const caches = new WeakMap<object, Map<string, Plain>>()

/** A runtime that resolves each position once; undefined if `runtime` lacks the methods of version 5. */
export function cachePositions(runtime: Partial<Runtime> | undefined): Runtime | undefined {
  if (!isRuntime(runtime)) return undefined
  const places = caches.get(runtime) ?? new Map<string, Plain>()
  caches.set(runtime, places)
  const resolve = (stack: string, patterns: readonly RegExp[] | undefined): Plain => {
    const key = `${String(patterns)}\n${stack}`
    let place = places.get(key)
    if (!place) {
      place = runtime.getCallerStackFrame(Number.NaN, { stack }, patterns)
      if (places.size >= MAX_PLACES) places.clear()
      if (stack.length <= MAX_STACK) places.set(key, place)
    }
    return { ...place }
  }
  const getMeta: GetMeta = (id, level, frame, hides, name, parents, patterns) => {
    const meta = runtime.getMeta(id, level, frame, true, name, parents, patterns)
    if (hides) return meta
    const at: { stack?: string } = {}
    Error.captureStackTrace(at, getMeta)
    // Lazy, as in tslog itself: few consumers read the position.
    const define = (value: PropertyDescriptor): void => {
      Object.defineProperty(meta, 'path', { configurable: true, enumerable: true, ...value })
    }
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

function isRuntime(runtime: Partial<Runtime> | undefined): runtime is Runtime {
  return typeof runtime?.getMeta === 'function' && typeof runtime.getCallerStackFrame === 'function'
}
