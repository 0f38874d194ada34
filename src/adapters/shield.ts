// Shield: relayed text does to a stream of the root whose reader has gone (`app | head -1`) what it would do without us.
//
// A thread's text goes through the root's stream anyway: its first failure is the root's, and ends it if nobody handles
// it. A process writes to the same file on its own: its failure is no affair of the root's.

import type { Writable } from 'node:stream'

interface Turn {
  /** Whether a thread's text was written. */
  ofThread: boolean
}

const THREAD = /^worker#\d+(\/worker#\d+)*$/

// As it is now: an application's tests put others in its place.
const afterwards = setImmediate

const turns = new Map<Writable, Turn>()
const failed = new WeakSet<Writable>()

/** To be called before a record of that source is written to the stream. */
export function shield(stream: Writable, source: string): void {
  const turn = turns.get(stream) ?? begin(stream)
  turn.ofThread ||= THREAD.test(source)
}

// A pipe fails within the call, and tells in a tick behind it.
function begin(stream: Writable): Turn {
  const turn: Turn = { ofThread: false }
  const fail = (error: Error): void => {
    const isNews = turn.ofThread && !failed.has(stream)
    if (isNews) failed.add(stream)
    if (isNews && stream.listenerCount('error') === 1) throw error
  }
  stream.on('error', fail)
  turns.set(stream, turn)
  afterwards(() => {
    stream.off('error', fail)
    turns.delete(stream)
  })
  return turn
}
