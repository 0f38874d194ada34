// Pace: children's records come in bursts, in which winston's File loses what it is given while it opens or rotates its file.
//
// So it is given nothing that would come after the record which fills the file, before the next file is open and all that
// was written is out.

import type { Logger, Transport } from './library.js'

/** Milliseconds a file that is not ready is waited for: on a busy disk winston needs seconds to rename what there is. */
const LIMIT = 10_000
/** Records that are written in one go. */
const BATCH = 1000

// As they are now: an application's tests put others in their place.
const now = Date.now
const soon = setImmediate

interface Queue {
  readonly writes: (() => void)[]
  /** How the application has ended the logger meanwhile. */
  end?: () => void
}

const waiting = new WeakMap<Logger, Queue>()

/** Calls `write` now, or in its turn when the logger's files are ready. */
export function whenReady(logger: Logger, write: () => void): void {
  if (!logger.transports.some((transport) => transport.maxsize)) {
    write()
    return
  }
  const queue = waiting.get(logger)
  if (queue) {
    queue.writes.push(write)
    return
  }
  const begun: Queue = { writes: [write] }
  waiting.set(logger, begun)
  advance(logger, begun, now(), holdEnd(logger, begun))
}

function advance(logger: Logger, queue: Queue, since: number, release: () => void): void {
  const isLate = now() - since > LIMIT
  let count = 0
  while (queue.writes.length > 0 && count < BATCH && (isLate || hasRoom(logger))) {
    count++
    attempt(queue.writes.shift())
  }
  // The last turn of a burst waits one look longer: what follows at once belongs to it.
  if (queue.writes.length > 0 || count > 0 || (!isLate && !hasRoom(logger))) {
    soon(() => advance(logger, queue, count > 0 ? now() : since, release))
    return
  }
  waiting.delete(logger)
  release()
}

// An application that ends its logger when its children have ended has not yet seen their last records.
function holdEnd(logger: Logger, queue: Queue): () => void {
  const own = Object.getOwnPropertyDescriptor(logger, 'end')
  const { end } = logger
  const held = function (this: unknown, ...args: unknown[]): unknown {
    queue.end = () => end.apply(logger, args)
    return this
  }
  Object.defineProperty(logger, 'end', { value: held, configurable: true, writable: true })
  return () => {
    if (own) Object.defineProperty(logger, 'end', own)
    else Reflect.deleteProperty(logger, 'end')
    queue.end?.()
  }
}

function hasRoom(logger: Logger): boolean {
  return !logger.writableLength && !logger.readableLength && logger.transports.every(isReady)
}

// A file that is full is rotated when the last of what was written has gone through.
function isReady(transport: Transport): boolean {
  const { maxsize, _opening, _rotate, _drain, _dest, _stream } = transport
  const { _size = 0, _pendingSize = 0 } = transport
  if (!maxsize) return true
  if (_opening || _rotate || _drain || transport.writableLength) return false
  if (!_dest || _dest.pending || _dest.destroyed || _dest.writableNeedDrain) return false
  if (_stream?.readableLength || _stream?.writableLength) return false // lost when the file is replaced
  return _size + _pendingSize < maxsize
}

// Between the application's calls: what is thrown here would end it.
function attempt(write: (() => void) | undefined): void {
  try {
    write?.()
  } catch {
    // Said where it was thrown.
  }
}
