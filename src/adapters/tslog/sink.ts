// Sink: tslog 5 writes its JSON lines to stdout in batches, after the log call. They must not be captured again there.

import { queueMicrotask } from '../../core/originals.js'
import { whileRelaying } from '../kit/adapter.js'
import type { Logger } from './library.js'

const soon = queueMicrotask

let isScheduled = false

/** Writes the batch right before tslog would. Call it before the log call, which schedules tslog's own writing. */
export function flushSoon({ settings, runtime }: Logger): void {
  if (isScheduled || settings.type !== 'json' || !runtime?.flushJsonSink) return
  isScheduled = true
  soon(() => {
    isScheduled = false
    whileRelaying(() => void runtime.flushJsonSink?.())
  })
}

/** Patches what the application calls to write the batch. Returns the undo. */
export function watchFlush(prototype: Logger): () => void {
  const { _flushDefaultSink: original } = prototype
  if (!original) return () => {}
  prototype._flushDefaultSink = function (this: Logger) {
    return whileRelaying(() => original.call(this))
  }
  return () => {
    prototype._flushDefaultSink = original
  }
}
