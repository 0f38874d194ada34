// Flush: writes what a thread's destinations still hold when it exits, which pino does on the main thread only.

import type { Stream } from './library.js'

/** Later streams are left to pino: a program may create a logger for each request. */
const MAX_STREAMS = 100

const streams = new Set<WeakRef<Stream>>()

/** Flushes the stream, or the members of a multistream, if it is one of sonic-boom's. */
export function flushAtExit(stream: Stream): void {
  if (Array.isArray(stream.streams)) {
    for (const member of stream.streams) flushAtExit(member.stream)
    return
  }
  const { name } = (stream.constructor ?? {}) as { readonly name?: string }
  if (name !== 'SonicBoom' || streams.size >= MAX_STREAMS) return
  if (streams.size === 0) process.on('exit', flushAll)
  streams.add(new WeakRef(stream))
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
  try {
    stream?.flushSync?.()
  } catch {
    // Nobody is left to be told.
  }
}
