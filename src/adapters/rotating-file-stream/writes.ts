// Writes: knows in the root which chunks a stream of rotating-file-stream has given to its file, and writes the others when
// the process exits.

import { resolve } from 'node:path'
import type { Writable } from 'node:stream'
import * as shimmer from 'shimmer'
import { append, setWriter, takeBuffered, waitForGrowth } from '../kit/relay/unwritten.js'
import type { Rotating } from './adapter.js'

/** A file as `fs.promises.open` returns it. */
interface File {
  write(chunk: unknown): Promise<unknown>
}

interface Stream extends Rotating, Pick<Writable, 'writableLength'> {
  readonly file?: File
  /** Bytes in the file, with those that are being written. */
  readonly size?: number
  reopen(size: number): Promise<void>
}

/** The chunks that a stream writes one after the other. */
interface Passing {
  readonly chunks: readonly { readonly chunk: Uint8Array }[]
  /** How many it has given to the file, and how many of those have been written. */
  given: number
  done: number
}

const passing = new WeakMap<Stream, Passing>()
const paths = new WeakMap<Stream, string>()
const watched = new WeakSet<File>()

/** Watches the streams of a copy. Returns the undo. */
export function watchWrites(given: Rotating): () => void {
  const prototype = given as Stream
  if (typeof prototype.reopen !== 'function') return () => {}
  shimmer.wrap(prototype, 'reopen', (original) => {
    return async function reopen(this: Stream, size) {
      await original.call(this, size)
      watchFile(this)
    }
  })
  shimmer.wrap(prototype, 'rewrite', (original) => {
    return function rewrite(this: Stream, ...args) {
      const [chunks, index, done] = args as [Passing['chunks'], number, (error?: unknown) => void]
      if (!Array.isArray(chunks)) return original.apply(this, args)
      watchFile(this)
      setWriter(this, () => writeRest(this))
      passing.set(this, { chunks, given: 0, done: 0 })
      return original.call(this, chunks, index, (error?: unknown) => {
        passing.delete(this)
        done(error)
      })
    }
  })
  return () => shimmer.massUnwrap([prototype], ['reopen', 'rewrite'])
}

function watchFile(stream: Stream): void {
  const { file } = stream
  if (!file || watched.has(file)) return
  watched.add(file)
  paths.set(stream, resolve(stream.filename))
  const { write } = file
  const counted = async (chunk: unknown): Promise<unknown> => {
    const current = passing.get(stream)
    if (current) current.given++
    const result = await write.call(file, chunk)
    if (current) current.done++
    return result
  }
  Object.defineProperty(file, 'write', { value: counted, configurable: true, writable: true })
}

function writeRest(stream: Stream): void {
  const path = paths.get(stream) ?? resolve(stream.filename)
  const current = passing.get(stream)
  const rest = current?.chunks.slice(current.given).map(({ chunk }) => Buffer.from(chunk)) ?? []
  const chunks = [...rest, ...takeBuffered(stream as unknown as Writable).chunks]
  if (current) passing.set(stream, { ...current, given: current.chunks.length })
  if (chunks.length === 0) return
  if (current && current.given > current.done) waitForGrowth(path, stream.size)
  append(path, Buffer.concat(chunks))
}
