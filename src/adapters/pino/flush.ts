// Flush: has sonic-boom's destinations of a child written at once, or at the latest when the thread exits.

import { errorMonitor } from 'node:events'
import { isMainThread } from 'node:worker_threads'
import { process } from '../../core/originals.js'
import type { Capture } from '../../core/stdio.js'
import { Leads } from '../kit/leads.js'
import type { Stream } from './library.js'
import { leadsTo, NONE } from './streams.js'

/** Later streams are left to pino: a program may create a logger for each request. */
const MAX_STREAMS = 100

const streams = new Set<WeakRef<Stream>>()

/** Those that have failed to write: sonic-boom's `flushSync` would try again for ever, on a full disk for example. */
const failed = new WeakSet<Stream>()

/** sonic-boom, which decides by these properties whether a line is written within the call. */
interface SonicBoom extends Stream {
  sync: boolean
  minLength: number
}

/**
 * Applies to the stream, or the members of a multistream, if they are sonic-boom's. A worker's are written within the log
 * call, because a terminated thread loses what they hold, and pino flushes at the exit of the main thread only. A child
 * process writes its terminal within the call, so that lines appear in the order of the calls, unless the application has
 * asked for a buffer. Data is written as without logshare.
 */
export function writeAtOnce(stream: Stream, capture: Capture): void {
  if (Array.isArray(stream.streams)) {
    for (const member of stream.streams) writeAtOnce(member.stream, capture)
    return
  }
  if (!isSonicBoom(stream)) return
  const leads = leadsTo(stream, capture, NONE)
  if (leads === Leads.DATA) return
  if (isMainThread) {
    if (stream.minLength === 0 && leads === Leads.TERMINAL) stream.sync = true
    return
  }
  stream.sync = true
  stream.minLength = 0
  flushAtExit(stream)
}

function isSonicBoom(stream: Stream): stream is SonicBoom {
  const { name } = (stream.constructor ?? {}) as { readonly name?: string }
  return name === 'SonicBoom'
}

// A destination that is not open yet holds what is written until it is.
function flushAtExit(stream: SonicBoom): void {
  if (streams.size >= MAX_STREAMS) return
  if (streams.size === 0) process.on('exit', flushAll)
  streams.add(new WeakRef(stream))
  const { on } = stream as { on?: (event: symbol, listener: () => void) => void }
  on?.call(stream, errorMonitor, () => failed.add(stream))
}

/** Milliseconds in which a write that is in progress ends, before what follows it is written. */
const IN_PROGRESS = 5

function flushAll(): void {
  if ([...streams].some((each) => (each.deref() as Writing | undefined)?._writing))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, IN_PROGRESS)
  for (const each of streams) flush(each.deref())
}

interface Writing {
  readonly _writing?: boolean
}

/** Does nothing if the stream cannot be flushed: it is not open yet and will not open before the process ends. */
export function flush(stream: Stream | undefined): void {
  if (!stream || failed.has(stream)) return
  try {
    stream.flushSync?.()
  } catch {
    // Nobody is left to be told.
  }
}
