// Capture: replaces a tslog logger's `log`, so that each call becomes a record on the queue.

import { encodeFields } from '../../core/record.js'
import { type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { canDefer, errorAmong, take, takeDeferred } from '../kit/capture/take.js'
import { messageOf, packArgs, packPlain } from '../kit/capture/values.js'
import { tryCapture } from '../kit/guard.js'
import { type Log, type Logger, nameOf, type Plain, type Settings } from './library.js'
import { createOverlay, type Overlay } from './overlay.js'
import { type Call, isFields, maskedArgs, metaOf, ownFields, toExtra } from './record.js'

// Number of our stack frames between the application's call and the original `log`. An application can tell tslog to
// find the position of a call by counting frames.
const CAPTURE_FRAMES = 1
const COPY_FRAMES = 3

/** In a child: the replacement for `log`, which writes only data. */
export function captureCalls(log: Log, context: AdapterContext): Log {
  const overlayOf = createOverlays(CAPTURE_FRAMES)
  return function (id, level, ...args) {
    if (isRelaying() || id < this.settings.minLevel) return log.call(this, id, level, ...args)
    const overlay = overlayOf(this, !isData(this.settings, context))
    overlay.args = args
    const record = log.call(overlay.logger, id, level, ...args)
    if (record)
      tryCapture('tslog', () => capture(this, { id, level, record, args: overlay.args }, context))
    return record
  }
}

/** In the root: the replacement for `log`, which writes as always and queues a copy. */
export function copyCalls(log: Log, context: AdapterContext): Log {
  const overlayOf = createOverlays(COPY_FRAMES)
  return function (id, level, ...args) {
    if (isRelaying() || id < this.settings.minLevel) return log.call(this, id, level, ...args)
    const overlay = overlayOf(this, false)
    overlay.args = args
    const record = whileRelaying(() => log.call(overlay.logger, id, level, ...args))
    if (record)
      tryCapture('tslog', () => capture(this, { id, level, record, args: overlay.args }, context))
    return record
  }
}

function createOverlays(frames: number): (logger: Logger, isSilent: boolean) => Overlay {
  const overlays = new WeakMap<Logger, Overlay>()
  return (logger, isSilent) => {
    let overlay = overlays.get(logger)
    if (overlay?.isSilent === isSilent) return overlay
    overlay = createOverlay(logger, isSilent, frames)
    overlays.set(logger, overlay)
    return overlay
  }
}

// Whether the logger writes to a stdout that is not captured. All types but `hidden` write to stdout.
function isData({ type, overwrite }: Settings, { capture: { stdout } }: AdapterContext): boolean {
  if (stdout || type === 'hidden') return false
  return !(overwrite?.transportFormatted || overwrite?.transportJSON)
}

function capture(
  logger: Logger,
  { id, level, record, args: given }: Call,
  context: AdapterContext,
): void {
  const { settings } = logger
  const args = maskedArgs(record) ?? given
  const own = ownFields(record, args, settings)
  const name = nameOf(settings)
  const number = Math.min(Math.max(Math.floor(id), 1), 6) * 10
  const plain = canDefer(context) ? packPlain(args) : undefined
  const parts = { args: plain ?? packArgs(args), own, meta: metaOf(record, settings) }
  const extra = context.relays ? toExtra(logger, { id, level }, parts) : undefined
  if (plain && extra && takeDeferred(context, 'tslog', name, number, extra)) return
  const shown = args.filter((arg) => !isFields(arg))
  const fields = Object.assign({}, ...args.filter(isFields)) as Plain
  take(context, {
    lib: 'tslog',
    name,
    level: number,
    msg: messageOf(shown),
    error: errorAmong(args),
    fields: encodeFields({ ...own, ...fields }),
    extra,
  })
}
