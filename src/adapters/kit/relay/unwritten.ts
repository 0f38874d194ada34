// Unwritten: writes what file streams still hold in their buffers when the process exits, because they write nothing more.

import { appendFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { process } from '../../../core/originals.js'

interface State {
  getBuffer?(): readonly { readonly chunk: string | Uint8Array }[]
}

/** Milliseconds in which a write that is in progress ends, before what follows it is written. */
const IN_PROGRESS = 5

const written = new WeakMap<Writable, number>()

/** Whether the process exits: no stream gets on any more. */
export function isExiting(): boolean {
  return (process as { _exiting?: boolean })._exiting === true
}

/**
 * Writes the chunks in a stream's buffer to the file, each once. A chunk that is being written is not in the buffer: Node
 * waits for it when it exits.
 */
export function writeBuffered(stream: Writable, path: string): void {
  if (!isExiting()) return
  const { _writableState: state } = stream as { _writableState?: State }
  const chunks = state?.getBuffer?.().map(({ chunk }) => Buffer.from(chunk)) ?? []
  const text = Buffer.concat(chunks.slice(written.get(stream) ?? 0))
  written.set(stream, chunks.length)
  if (text.length === 0) return
  const all = chunks.reduce((sum, { length }) => sum + length, 0)
  if (stream.writableLength > all) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, IN_PROGRESS)
  }
  append(path, text)
}

const passed = new WeakSet<Writable>()

/** Writes the chunk that a stream has taken out of its buffer and not passed on, once. */
export function writeChunk(stream: Writable, chunk: string | Uint8Array, path: string): void {
  if (!passed.has(stream)) append(path, chunk)
  passed.add(stream)
}

function append(path: string, text: string | Uint8Array): void {
  try {
    appendFileSync(path, text)
  } catch {
    // As when the stream fails to write while the process exits: nobody is told.
  }
}
