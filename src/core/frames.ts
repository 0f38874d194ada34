// Frames: keeps functions of ours out of the stack traces that the application sees.

import { resolve } from 'node:path'

// biome-ignore lint/complexity/noBannedTypes: compared with what is on the stack, whatever it takes
type Above = Function
type Site = NodeJS.CallSite

/** The folder of our code. */
const OURS = resolve(__dirname, '..')

/**
 * Throws an error that came through `above`, a function of ours on the stack, as if the error had come through nothing of
 * ours. Node shows the place of the last `throw` with an uncaught error: so one of Node's own throws it.
 */
export function rethrow(error: unknown, above: Above): never {
  if (Object(error) === error) clean(error as Error, above)
  if (error !== undefined) AbortSignal.abort(error).throwIfAborted()
  throw error
}

// The stack below `above`, the nearest first.
function sitesBelow(above: Above): readonly Site[] {
  const holder: { stack?: unknown } = {}
  Error.captureStackTrace(holder, above)
  return Array.isArray(holder.stack) ? (holder.stack as Site[]) : []
}

function withSites<T>(read: () => T): T {
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  try {
    Error.prepareStackTrace = (_error, sites) => sites
    return read()
  } finally {
    if (prepare) Object.defineProperty(Error, 'prepareStackTrace', prepare)
    else Reflect.deleteProperty(Error, 'prepareStackTrace')
  }
}

function clean(error: Error, above: Above): void {
  try {
    const callers = withSites(() => sitesBelow(above))
    const found: unknown = withSites(() => error.stack)
    // Somebody has read it before, who has seen our frames.
    if (!Array.isArray(found)) return
    const sites = withoutOurs(found as Site[], callers).slice(0, Error.stackTraceLimit)
    const lines = (): string => [String(error), ...sites].join('\n    at ')
    error.stack = (Error.prepareStackTrace?.(error, sites) ?? lines()) as string
  } catch {
    // The application's own function, or a frozen error: it stays as it is.
  }
}

function withoutOurs(sites: readonly Site[], callers: readonly Site[]): readonly Site[] {
  // A trace has so many frames at most: those of ours took the place of the callers' last ones.
  const at = sites.findIndex(
    (site, i) => isOurs(site) && sites.slice(i + 1).every((next, k) => isSame(next, callers[k])),
  )
  if (at < 0) return sites
  const above = sites.slice(0, at)
  // What Node's own functions have called for us, as `Reflect.get`, has no file.
  const isCalledByUs = (i: number): boolean => {
    const site = sites[i]
    if (site === undefined || isOurs(site)) return site !== undefined
    return !site.getFileName() && !site.isEval() && isCalledByUs(i + 1)
  }
  return [...above.filter((_, i) => !isCalledByUs(i)), ...callers]
}

function isOurs(site: Site): boolean {
  return site.getFileName()?.startsWith(OURS) ?? false
}

function isSame(a: Site, b: Site | undefined): boolean {
  return b !== undefined && String(a) === String(b)
}
