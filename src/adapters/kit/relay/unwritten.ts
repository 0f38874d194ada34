// Unwritten: writes what streams to files still hold in their buffers when the process exits, because they write nothing
// more.

import { closeSync, fstatSync, openSync, statSync, type WriteStream, writeSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { process } from '../../../core/originals.js'
import { pathOf } from '../paths.js'

interface State {
  getBuffer?(): readonly { readonly chunk: string | Uint8Array }[]
}

/** Milliseconds in which a write that is in progress ends, before what follows it is written. */
const IN_PROGRESS = 20
/** Times that a text is written again because the file has been removed meanwhile: its library compresses it. */
const MAX_REMOVED = 3

const written = new WeakMap<object, number>()

/** Whether the process exits: no stream gets on any more. */
export function isExiting(): boolean {
  return (process as { _exiting?: boolean })._exiting === true
}

/** What a stream that is no file stream of Node holds: it writes that itself. */
const writers = new WeakMap<object, () => void>()

export function setWriter(stream: object, write: () => void): void {
  writers.set(stream, write)
}

/** Writes what the stream holds if it is a file's. Does nothing for others: they are not known well enough. */
export function writeStream(stream: unknown): void {
  if (!isExiting() || typeof stream !== 'object' || stream === null) return
  const write = writers.get(stream)
  const path = pathOf(stream)
  if (write) write()
  else if (path !== undefined && isFileStream(stream)) writeBuffered(stream, path)
}

/**
 * Writes the chunks in a stream's buffer to the file, each once. A chunk that is being written is not in the buffer: Node
 * waits for it when it exits.
 */
export function writeBuffered(stream: Writable, path: string): void {
  if (!isExiting()) return
  const { chunks, length } = takeBuffered(stream)
  if (chunks.length === 0) return
  if (stream.writableLength > length) waitForGrowth(path)
  append(path, Buffer.concat(chunks))
}

/** The chunks in the stream's buffer that have not been taken before, and the length of all. */
export function takeBuffered(stream: Writable): { chunks: Buffer[]; length: number } {
  const { _writableState: state } = stream as { _writableState?: State }
  const all = state?.getBuffer?.().map(({ chunk }) => Buffer.from(chunk)) ?? []
  const chunks = all.slice(written.get(stream) ?? 0)
  written.set(stream, all.length)
  return { chunks, length: all.reduce((sum, { length }) => sum + length, 0) }
}

const passed = new WeakSet<Writable>()

/** Writes the chunk that a stream has taken out of its buffer and not passed on, once. */
export function writeChunk(stream: Writable, chunk: string | Uint8Array, path: string): void {
  if (!passed.has(stream)) append(path, Buffer.from(chunk))
  passed.add(stream)
}

/** Waits until a write in progress has reached the file, or `size` if given, for a short time. */
export function waitForGrowth(path: string, size?: number): void {
  const first = size === undefined ? sizeOf(path) + 1 : size
  for (let i = 0; i < IN_PROGRESS && sizeOf(path) < first; i++) sleep(1)
}

/** Appends to the file. Its library may be compressing it, and remove it afterwards: then the text is written again. */
export function append(path: string, text: Buffer): void {
  for (let i = 0; i < MAX_REMOVED; i++) if (tryAppend(path, text)) return
}

function tryAppend(path: string, text: Buffer): boolean {
  try {
    const fd = openSync(path, 'a')
    try {
      for (let done = 0; done < text.length; ) done += writeSync(fd, text, done)
      return fstatSync(fd).nlink > 0
    } finally {
      closeSync(fd)
    }
  } catch {
    return true // As when the stream fails to write while the process exits: nobody is told.
  }
}

function isFileStream(stream: object): stream is WriteStream {
  return 'bytesWritten' in stream && '_writableState' in stream
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
