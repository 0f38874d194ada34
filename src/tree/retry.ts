// Retry: knocks again, with backoff, at a listener that cannot be reached.

import { existsSync } from 'node:fs'
import { monotonic } from '../core/clock.js'
import { setTimeout } from '../core/originals.js'
import type { Doorbell } from '../queue/doorbell.js'

/** Delay (ms) before the first retry; doubled after each, up to the last. */
const FIRST_RETRY = 50
const LAST_RETRY = 5000

const later = setTimeout

/**
 * The returned function is called when the listener cannot be reached. It rings again, with backoff, unless the
 * directory is gone or `isSettled` returns true.
 */
export function createRetry(
  directory: string,
  bell: Doorbell,
  isSettled: () => boolean = () => false,
): () => void {
  let delay = FIRST_RETRY
  let waiting = false
  const retry = (): void => {
    if (waiting || !existsSync(directory) || isSettled()) return
    waiting = true
    later(() => {
      waiting = false
      bell.knock(monotonic())
      // It did not try: the last attempt was a moment ago. A thread that logs nothing more has to go on by itself.
      if (!bell.isConnected) retry()
    }, delay).unref()
    delay = Math.min(delay * 2, LAST_RETRY)
  }
  return retry
}
