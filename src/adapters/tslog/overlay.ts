// Overlay: the application's logger with our overrides. Its prototype is that logger, so later changes show through.

import { join } from 'node:path'
import { derive, type Log, type Logger, type Plain, type Settings } from './library.js'
import { cachePositions } from './position.js'

/** What tslog does with a call. */
export interface Way {
  /**
   * Number of our stack frames between the application's call and the original `log`. An application can tell tslog to
   * find the position of a call by counting frames.
   */
  readonly frames: number
  /** Whether it prints. */
  readonly prints: boolean
  /** Whether the transports get the record. */
  readonly delivers: boolean
}

export interface Overlay {
  readonly logger: Logger
  readonly way: Way
  /** The arguments of the current call. In version 4 the mask replaces them with the masked ones. */
  args: readonly unknown[]
}

// Both the compiled files and the source files that source maps name.
const OUR_FILES = new RegExp(
  `${join(__dirname, '../../..').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[\\\\/](?:dist|src)[\\\\/]`,
)

/** Returns a function that creates a logger's overlay, or finds the one that it created last. `top`: as `cachePositions` has it. */
export function createOverlays(): (logger: Logger, way: Way, top: Log) => Overlay {
  const overlays = new WeakMap<Logger, Overlay>()
  return (logger, way, top) => {
    let overlay = overlays.get(logger)
    if (overlay?.way === way) return overlay
    overlay = createOverlay(logger, way, top)
    overlays.set(logger, overlay)
    return overlay
  }
}

function createOverlay(logger: Logger, way: Way, top: Log): Overlay {
  const { settings } = logger
  const own: Plain = framePatterns(settings)
  const overlay: Overlay = { logger: Object.create(logger), way, args: [] }
  const { maskValuesOfKeys, overwrite } = settings
  // Version 4 does not expose the masked arguments, so this override of the mask records them.
  const mask = (args: unknown[]): unknown[] => {
    const isMasked = (maskValuesOfKeys?.length ?? 0) > 0 && logger._mask
    const masked = overwrite?.mask?.(args) ?? (isMasked ? logger._mask?.(args) : undefined) ?? args
    overlay.args = masked
    return masked
  }
  // What the application has put in the place of tslog's output is called even if tslog prints nothing.
  if (isVersion4(logger))
    own.overwrite = { ...(way.prints ? undefined : SILENT), ...withoutUndefined(overwrite), mask }
  if (!way.delivers) own.attachedTransports = []
  Object.defineProperty(overlay.logger, 'settings', { value: derive(settings, own) })
  const read = way.delivers ? undefined : top
  const caching = hasDepth(logger) ? undefined : cachePositions(logger.runtime, read)
  const runtime = way.prints ? caching : silence(caching ?? logger.runtime)
  if (runtime) Object.defineProperty(overlay.logger, 'runtime', { value: runtime })
  for (const depth of DEPTHS) {
    const frame = logger[depth]
    if (Number.isFinite(frame))
      Object.defineProperty(overlay.logger, depth, { value: Number(frame) + way.frames })
  }
  return overlay
}

const DEPTHS = ['callerFrame', 'stackDepthLevel'] as const

/** Whether the application has set the number of frames between its call and the library's. */
function hasDepth(logger: Logger): boolean {
  return DEPTHS.some((depth) => Number.isFinite(logger[depth]))
}

/** In version 4 the application can replace steps of the library with the option `overwrite`. */
export function isVersion4({ maskingEngine }: Logger): boolean {
  return maskingEngine === undefined
}

const nothing = (): void => {}

/** Version 4: members of `overwrite` with which tslog prints nothing. */
export const SILENT: Plain = { transportFormatted: nothing, transportJSON: nothing }

/** Version 5: a runtime with which tslog prints nothing. */
export function silence(runtime: Logger['runtime']): Logger['runtime'] {
  return Object.assign(Object.create(runtime ?? null), {
    transportFormatted: nothing,
    writeJsonLine: nothing,
  }) as Logger['runtime']
}

function withoutUndefined(values: Plain = {}): Plain {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

// Keeps tslog from reporting one of our files as the position of a call.
function framePatterns({ stack, internalFramePatterns = [] }: Settings): Plain {
  if (!stack) return { internalFramePatterns: [...internalFramePatterns, OUR_FILES] }
  const patterns = [...(stack.internalFramePatterns ?? []), OUR_FILES]
  return { stack: { ...stack, internalFramePatterns: patterns } }
}
