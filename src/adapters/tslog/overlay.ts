// Shadow: the application's logger but for what is ours; settings that change are seen.

import { join } from 'node:path'
import { derive, type Logger, type Plain, type Settings } from './library.js'
import { rememberPositions } from './position.js'

export interface Shadow {
  readonly logger: Logger
  /** Whether it writes nothing. */
  readonly isSilent: boolean
  /** Those of the call, after the mask. */
  args: readonly unknown[]
}

// As they are run, and as their source maps name them.
const OUR_FILES = new RegExp(
  `${join(__dirname, '../../..').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[\\\\/](?:dist|src)[\\\\/]adapters[\\\\/]`,
)

/** `frames`: calls of ours between the application's and the library's. */
export function createShadow(logger: Logger, isSilent: boolean, frames: number): Shadow {
  const { settings } = logger
  const own: Plain = framePatterns(settings)
  const shadow: Shadow = { logger: Object.create(logger), isSilent, args: [] }
  const { maskValuesOfKeys, overwrite } = settings
  // Version 4 keeps the masked arguments to itself.
  const mask = (args: unknown[]): unknown[] => {
    const isMasked = (maskValuesOfKeys?.length ?? 0) > 0 && logger._mask
    const masked = overwrite?.mask?.(args) ?? (isMasked ? logger._mask?.(args) : undefined) ?? args
    shadow.args = masked
    return masked
  }
  if (logger.maskingEngine === undefined) own.overwrite = { ...overwrite, mask }
  if (isSilent) {
    Object.assign(own, { type: 'hidden', attachedTransports: [] })
    if (own.overwrite) Object.assign(own.overwrite, silent)
  }
  Object.defineProperty(shadow.logger, 'settings', { value: derive(settings, own) })
  const runtime = hasDepth(logger) ? undefined : rememberPositions(logger.runtime)
  if (runtime) Object.defineProperty(shadow.logger, 'runtime', { value: runtime })
  for (const depth of DEPTHS) {
    const frame = logger[depth]
    if (Number.isFinite(frame))
      Object.defineProperty(shadow.logger, depth, { value: Number(frame) + frames })
  }
  return shadow
}

const DEPTHS = ['callerFrame', 'stackDepthLevel'] as const

/** Whether the application has said how many calls there are between its own and the library's. */
function hasDepth(logger: Logger): boolean {
  return DEPTHS.some((depth) => Number.isFinite(logger[depth]))
}

const silent = {
  formatMeta: undefined,
  formatLogObj: undefined,
  transportFormatted: undefined,
  transportJSON: undefined,
}

// What the library tells of the place of a call is not to be here.
function framePatterns({ stack, internalFramePatterns = [] }: Settings): Plain {
  if (!stack) return { internalFramePatterns: [...internalFramePatterns, OUR_FILES] }
  const patterns = [...(stack.internalFramePatterns ?? []), OUR_FILES]
  return { stack: { ...stack, internalFramePatterns: patterns } }
}
