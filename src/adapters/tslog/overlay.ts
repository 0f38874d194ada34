// Overlay: the application's logger with our overrides. Its prototype is that logger, so later changes show through.

import { join } from 'node:path'
import { derive, type Logger, type Plain, type Settings } from './library.js'
import { cachePositions } from './position.js'

export interface Overlay {
  readonly logger: Logger
  /** Whether its output and transports are off. */
  readonly isSilent: boolean
  /** The arguments of the current call. In version 4 the mask replaces them with the masked ones. */
  args: readonly unknown[]
}

// Both the compiled files and the source files that source maps name.
const OUR_FILES = new RegExp(
  `${join(__dirname, '../../..').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[\\\\/](?:dist|src)[\\\\/]adapters[\\\\/]`,
)

/** `frames`: number of our stack frames between the application's call and the original `log`. */
export function createOverlay(logger: Logger, isSilent: boolean, frames: number): Overlay {
  const { settings } = logger
  const own: Plain = framePatterns(settings)
  const overlay: Overlay = { logger: Object.create(logger), isSilent, args: [] }
  const { maskValuesOfKeys, overwrite } = settings
  // Version 4 does not expose the masked arguments, so this override of the mask records them.
  const mask = (args: unknown[]): unknown[] => {
    const isMasked = (maskValuesOfKeys?.length ?? 0) > 0 && logger._mask
    const masked = overwrite?.mask?.(args) ?? (isMasked ? logger._mask?.(args) : undefined) ?? args
    overlay.args = masked
    return masked
  }
  if (logger.maskingEngine === undefined) own.overwrite = { ...overwrite, mask }
  if (isSilent) {
    Object.assign(own, { type: 'hidden', attachedTransports: [] })
    if (own.overwrite) Object.assign(own.overwrite, silent)
  }
  Object.defineProperty(overlay.logger, 'settings', { value: derive(settings, own) })
  const runtime = hasDepth(logger) ? undefined : cachePositions(logger.runtime)
  if (runtime) Object.defineProperty(overlay.logger, 'runtime', { value: runtime })
  for (const depth of DEPTHS) {
    const frame = logger[depth]
    if (Number.isFinite(frame))
      Object.defineProperty(overlay.logger, depth, { value: Number(frame) + frames })
  }
  return overlay
}

const DEPTHS = ['callerFrame', 'stackDepthLevel'] as const

/** Whether the application has set the number of frames between its call and the library's. */
function hasDepth(logger: Logger): boolean {
  return DEPTHS.some((depth) => Number.isFinite(logger[depth]))
}

const silent = {
  formatMeta: undefined,
  formatLogObj: undefined,
  transportFormatted: undefined,
  transportJSON: undefined,
}

// Keeps tslog from reporting one of our files as the position of a call.
function framePatterns({ stack, internalFramePatterns = [] }: Settings): Plain {
  if (!stack) return { internalFramePatterns: [...internalFramePatterns, OUR_FILES] }
  const patterns = [...(stack.internalFramePatterns ?? []), OUR_FILES]
  return { stack: { ...stack, internalFramePatterns: patterns } }
}
