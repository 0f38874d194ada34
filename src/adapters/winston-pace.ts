// Pace: children's records come in bursts, in which winston's File loses what it is given while it opens or rotates its file.

import type { Logger, Transport } from './winston-logger.js'

/** Records that are written in one go. */
const BATCH = 50
/** Milliseconds between two looks whether a file is ready, and those after which it is not waited for any more. */
const INTERVAL = 2
const LIMIT = 2000

// As they are now: an application's tests put others in their place.
const now = Date.now
const later = setTimeout

const waiting = new WeakMap<Logger, (() => void)[]>()

/** Calls `write` now, or in its turn when the logger's files are ready. */
export function inPace(logger: Logger, write: () => void): void {
  const files = logger.transports.filter((transport) => transport.maxsize)
  if (files.length === 0) {
    write()
    return
  }
  const queue = waiting.get(logger)
  if (queue) {
    queue.push(write)
    return
  }
  const started = [write]
  waiting.set(logger, started)
  advance(logger, started, now())
}

function advance(logger: Logger, queue: (() => void)[], since: number): void {
  const isLate = now() - since > LIMIT
  let count = 0
  while (queue.length > 0 && (isLate || (count < BATCH && logger.transports.every(isReady)))) {
    count++
    attempt(queue.shift())
  }
  // The last turn of a burst waits one look longer: what follows at once belongs to it.
  if (queue.length === 0 && count === 0) waiting.delete(logger)
  else later(() => advance(logger, queue, count > 0 ? now() : since), INTERVAL)
}

function isReady({ maxsize, _opening, _rotate }: Transport): boolean {
  return !maxsize || !(_opening || _rotate)
}

// Between the application's calls: what is thrown here would end it.
function attempt(write: (() => void) | undefined): void {
  try {
    write?.()
  } catch {
    // Said where it was thrown.
  }
}
