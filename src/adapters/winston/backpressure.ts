// Backpressure: paces bursts of relayed records, because winston's File loses records while it opens or rotates a file.
//
// The record that fills a file is the last one written to it. The next record waits until that file is flushed and the
// next file is open.

import { setImmediate, wallNow } from '../../core/originals.js'
import type { Logger, Transport } from './library.js'

/** Longest wait (ms) for a file. On a busy disk, winston needs seconds to rename the rotated files. */
const LIMIT = 10_000
/** Records written per turn of the event loop. */
const BATCH = 1000

const now = wallNow
const soon = setImmediate

interface Queue {
  readonly writes: (() => void)[]
  /** Ends the logger. Set if the application called `end` while the queue was not empty. */
  end?: () => void
}

const queues = new WeakMap<Logger, Queue>()

/** Calls `write` at once if the logger's files are ready, else when they are. Keeps the order of the calls. */
export function whenReady(logger: Logger, write: () => void): void {
  if (!logger.transports.some((transport) => transport.maxsize)) {
    write()
    return
  }
  const pending = queues.get(logger)
  if (pending) {
    pending.writes.push(write)
    return
  }
  const queue: Queue = { writes: [write] }
  queues.set(logger, queue)
  advance(logger, queue, now(), deferEnd(logger, queue))
}

/** Makes the calls that wait: nothing gets ready any more. */
export function release(logger: Logger): void {
  for (const write of queues.get(logger)?.writes.splice(0) ?? []) attempt(write)
}

function advance(logger: Logger, queue: Queue, since: number, release: () => void): void {
  const isLate = now() - since > LIMIT
  let count = 0
  while (queue.writes.length > 0 && count < BATCH && (isLate || hasRoom(logger))) {
    count++
    attempt(queue.writes.shift())
  }
  // Check once more after the last write: records that arrive until then belong to the same burst.
  if (queue.writes.length > 0 || count > 0 || (!isLate && !hasRoom(logger))) {
    soon(() => advance(logger, queue, count > 0 ? now() : since, release))
    return
  }
  queues.delete(logger)
  release()
}

// An application may end its logger when its children exit. Their last records can still be in the queue then.
function deferEnd(logger: Logger, queue: Queue): () => void {
  const own = Object.getOwnPropertyDescriptor(logger, 'end')
  const { end } = logger
  const deferred = function (this: unknown, ...args: unknown[]): unknown {
    queue.end = () => end.apply(logger, args)
    return this
  }
  Object.defineProperty(logger, 'end', { value: deferred, configurable: true, writable: true })
  return () => {
    if (own) Object.defineProperty(logger, 'end', own)
    else Reflect.deleteProperty(logger, 'end')
    queue.end?.()
  }
}

function hasRoom(logger: Logger): boolean {
  return !logger.writableLength && !logger.readableLength && logger.transports.every(isReady)
}

// winston rotates a full file when the last pending write is flushed, so a full file is not ready.
function isReady(transport: Transport): boolean {
  const { maxsize, _opening, _rotate, _drain, _dest, _stream } = transport
  const { _size = 0, _pendingSize = 0 } = transport
  if (!maxsize) return true
  if (_opening || _rotate || _drain || transport.writableLength) return false
  if (!_dest || _dest.pending || _dest.destroyed || _dest.writableNeedDrain) return false
  if (_stream?.readableLength || _stream?.writableLength) return false // lost when the file is replaced
  return _size + _pendingSize < maxsize
}

// Runs outside of any application call, so an exception would end the process.
function attempt(write: (() => void) | undefined): void {
  try {
    write?.()
  } catch {
    // `write` has reported it.
  }
}
