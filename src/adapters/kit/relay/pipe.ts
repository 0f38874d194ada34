// Shield: relayed text does to a stream of the root whose reader has gone (`app | head -1`) what it would do without us.
//
// A thread's text goes through the root's stream anyway: its first failure is the root's, and ends it if nobody handles
// it. A process writes to the same file on its own: its failure is no affair of the root's.

import type { Writable } from 'node:stream'

interface Turn {
  /** Whether a thread's text was written. */
  ofThread: boolean
  /** How many records were written. */
  writes: number
}

const THREAD = /^worker#\d+(\/worker#\d+)*$/

// As they are now: an application's tests put others in their place.
const afterwards = setImmediate
const { nextTick } = process

/** How late a stream tells of a write that has failed: a tick for the write, and one for the stream. */
const TICKS = 2

const turns = new Map<Writable, Turn>()
const failed = new WeakSet<Writable>()

/** To be called before a record of that source is written to the stream. */
export function guardStream(stream: Writable, source: string): void {
  const turn = turns.get(stream) ?? begin(stream)
  turn.ofThread ||= THREAD.test(source)
  turn.writes++
}

// A pipe fails within the call, and tells in a tick of a tick. An exception that is handled keeps the ticks behind it for
// a later turn, past the next immediate: so the shield goes by as many ticks, which are behind those.
function begin(stream: Writable): Turn {
  const turn: Turn = { ofThread: false, writes: 0 }
  const fail = (error: Error): void => {
    const isNews = turn.ofThread && !failed.has(stream)
    if (isNews) failed.add(stream)
    if (isNews && stream.listenerCount('error') === 1) throw error
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
