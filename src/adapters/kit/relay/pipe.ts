// Pipe: makes relayed output fail as it would without logshare when the reading end of the root's stdout or stderr closes.
//
// Example: `app | head -1`. Without logshare, a thread's output goes through the root's stream: its first EPIPE is an error
// of the root and ends the root if nobody handles it. A child process writes to the same file descriptor itself: its EPIPE
// does not concern the root.

import type { Writable } from 'node:stream'
import { nextTick, setImmediate } from '../../../core/originals.js'

interface Turn {
  /** Whether output of a thread was written. */
  ofThread: boolean
  /** Number of records written. */
  writes: number
}

const THREAD = /^worker#\d+(\/worker#\d+)*$/

const afterwards = setImmediate

/** A failed write is reported this many ticks late: one tick for the write, one for the stream. */
const TICKS = 2

const turns = new Map<Writable, Turn>()
const failed = new WeakSet<Writable>()

/** Call this before a record from `source` (`LogRecord.source`) is written to `stream`. */
export function guardStream(stream: Writable, source: string): void {
  const turn = turns.get(stream) ?? begin(stream)
  turn.ofThread ||= THREAD.test(source)
  turn.writes++
}

// Writing to a pipe fails synchronously, but the stream emits 'error' in a tick queued by another tick. If an exception
// thrown in a tick is handled, Node runs the remaining ticks in a later turn, after the next immediate. So the listener is
// removed by the same number of ticks, queued behind those of the stream.
function begin(stream: Writable): Turn {
  const turn: Turn = { ofThread: false, writes: 0 }
  const fail = (error: Error): void => {
    const isFirst = turn.ofThread && !failed.has(stream)
    if (isFirst) failed.add(stream)
    if (isFirst && stream.listenerCount('error') === 1) throw error
  }
  const end = (writes: number, ticks: number): void => {
    if (turn.writes !== writes) endLater()
    else if (ticks > 0) nextTick(end, writes, ticks - 1)
    else {
      stream.off('error', fail)
      turns.delete(stream)
    }
  }
  const endLater = (): void => {
    afterwards(() => end(turn.writes, TICKS))
  }
  stream.on('error', fail)
  turns.set(stream, turn)
  endLater()
  return turn
}
