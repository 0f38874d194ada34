// Position: where in the application a call stands, which the library reads from each call's stack line by line. Calls from
// the same place have the same stack, and then the same position.

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

/** Of version 5: what a logger knows of where it runs. */
export interface Runtime {
  readonly getMeta: GetMeta
  getCallerStackFrame(
    callerFrame: number,
    error: { readonly stack?: string },
    patterns: readonly RegExp[] | undefined,
  ): Plain
}

const MAX_PLACES = 1000
const MAX_STACK = 4096

// Loggers that an application makes for each request share the runtime of the one they come from.
const known = new WeakMap<object, Map<string, Plain>>()

/** The same runtime, which asks the library once for each place; undefined for one that is not as we know it. */
export function rememberPositions(runtime: Partial<Runtime> | undefined): Runtime | undefined {
  if (!isRuntime(runtime)) return undefined
  const places = known.get(runtime) ?? new Map<string, Plain>()
  known.set(runtime, places)
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
    // Read by few of those who get it, as the library has it.
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
