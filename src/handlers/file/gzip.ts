// Gzip: compresses a rotated file. At any time either the plain or the complete compressed file exists.
//
// Node's thread pool does the work, one chunk at a time. The work does not keep the process alive: if the process ends
// between two chunks, the plain file is unchanged and the next run compresses it again.

import {
  createReadStream,
  createWriteStream,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { setTimeout, wallNow } from '../../core/originals.js'
import { DRAFT } from './names.js'

/** Bytes. */
const CHUNK = 256 * 1024
/**
 * Milliseconds after the last write. Another process that appends to the log may have found it still in place a moment
 * before it was put aside.
 */
const QUIET = 200

const later = setTimeout

/**
 * Compresses `path` to `path.gz`, with the same mode and times, and removes `path`. Rejects with the system's error, if
 * aborted, or if the file changed meanwhile.
 */
export async function compress(path: string, signal: AbortSignal): Promise<void> {
  const draft = `${path}${DRAFT}`
  const age = wallNow() - statSync(path).mtimeMs
  if (age >= 0 && age < QUIET) await new Promise((done) => later(done, QUIET - age).unref())
  signal.throwIfAborted() // the draft may be a successor's by now
  const before = statSync(path)
  const target = createWriteStream(draft, { mode: before.mode & 0o777, flush: true })
  const source = createReadStream(path, { highWaterMark: CHUNK })
  const { createGzip } = require('node:zlib') as typeof import('node:zlib') // half a millisecond
  await pipeline(source, pause, createGzip(), target, { signal })
  const after = statSync(path)
  if (after.size !== source.bytesRead)
    throw new Error(`${path}: another process is still writing to it`)
  utimesSync(draft, after.atime, after.mtime)
  renameSync(draft, `${path}.gz`)
  unlinkSync(path)
}

// Waits 1 ms after each chunk, with a timer that does not keep the process alive.
async function* pause(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk
    await new Promise((resolve) => later(resolve, 1).unref())
  }
}
