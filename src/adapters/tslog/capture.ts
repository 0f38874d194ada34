// Capture: replaces a tslog logger's `log`, so that each call becomes a record on the queue.

import { encodeFields } from '../../core/record.js'
import { type AdapterContext, isRead, isRelaying, whileRelaying } from '../kit/adapter.js'
import { pack } from '../kit/capture/codec.js'
import { canDefer, errorAmong, shownArgs, take, takeDeferred } from '../kit/capture/take.js'
import { messageOf, packPlain } from '../kit/capture/values.js'
import { tryCapture } from '../kit/guard.js'
import { type Log, type Logger, nameOf, type Plain } from './library.js'
import { createOverlays, type Way } from './overlay.js'
import { type Call, isFields, maskedArgs, metaOf, ownFields, toExtra } from './record.js'
import { flushSoon } from './sink.js'
import { hasTransports, hasTransportsInRoot } from './transports.js'

const BARE: Way = { frames: 1, prints: true, delivers: true }
const COPIED: Way = { frames: 3, prints: true, delivers: true }
const COPIED_SILENT: Way = { ...COPIED, prints: false }
const RELAYED: Way = { ...COPIED, delivers: false }
const RELAYED_SILENT: Way = { ...RELAYED, prints: false }

/**
 * The replacement for `log`. tslog prints as without logshare. The transports of this thread get the record as well, unless
 * the root's logger has transports: then those get it.
 */
export function captureCalls(log: Log, context: AdapterContext): Log {
  const overlayOf = createOverlays()
  const captured: Log = function (id, level, ...args) {
    if (isRelaying() || id < this.settings.minLevel) return log.call(this, id, level, ...args)
    const delivers = hasTransports(this)
    const isRelayed = delivers && hasTransportsInRoot(this, context)
    const isData = !context.capture.stdout && this.settings.type !== 'hidden'
    if (!isRelayed && (!isRead(context) || (isData && !delivers)))
      return log.call(overlayOf(this, BARE, captured).logger, id, level, ...args)
    const isSilent = context.isTerminalOwned && !isData
    const overlay = overlayOf(this, wayOf(isRelayed, isSilent), captured)
    overlay.args = args
    if (!isSilent && !isData) flushSoon(this)
    const record = whileRelaying(() => log.call(overlay.logger, id, level, ...args))
    if (record) {
      const call = { id, level, record, args: overlay.args }
      tryCapture('tslog', () => capture(this, call, isRelayed, context))
    }
    return record
  }
  return captured
}

function wayOf(isRelayed: boolean, isSilent: boolean): Way {
  if (isRelayed) return isSilent ? RELAYED_SILENT : RELAYED
  return isSilent ? COPIED_SILENT : COPIED
}

function capture(
  logger: Logger,
  { id, level, record, args: given }: Call,
  isRelayed: boolean,
  context: AdapterContext,
): void {
  const { settings } = logger
  const args = maskedArgs(record) ?? given
  const own = ownFields(record, args, settings)
  const name = nameOf(settings)
  const number = Math.min(Math.max(Math.floor(id), 1), 6) * 10
  const plain = isRelayed ? packPlain(args) : undefined
  const toText = (): string =>
    toExtra(
      logger,
      { id, level },
      {
        args: plain ?? pack(args),
        isPlain: plain !== undefined,
        own,
        meta: metaOf(record, settings),
      },
    )
  if (plain && canDefer(context) && takeDeferred(context, 'tslog', name, number, toText())) return
  const fields = Object.assign({}, ...args.filter(isFields)) as Plain
  const shown = shownArgs(context, args)
  const taken = {
    lib: 'tslog',
    name,
    level: number,
    msg: messageOf(shown.filter((arg) => !isFields(arg))),
    error: errorAmong(args),
    fields: encodeFields({ ...own, ...fields }),
  }
  if (isRelayed) take(context, { ...taken, extra: toText() }, 'take')
  else take(context, taken, 'copy')
}
