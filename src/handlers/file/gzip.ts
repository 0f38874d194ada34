// Gzip: an old log file becomes a compressed one, at no time less than one of the two.
//
// The work is done in the system's threads, a piece at a time. Between two pieces a process that has nothing else to do
// may end: then the file is as it was, and what was begun is begun anew by the next.

import {
  createReadStream,
  createWriteStream,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { DRAFT } from './names.js'

const PIECE = 256 * 1024

// As it is now: an application's tests put another in its place.
const later = setTimeout

/** Compresses `path` to `path.gz`, of the same age, and removes `path`. Rejects with what the system says, or if aborted. */
export async function compress(path: string, signal: AbortSignal): Promise<void> {
  const draft = `${path}${DRAFT}`
  const before = statSync(path)
  const target = createWriteStream(draft, { mode: before.mode & 0o777, flush: true })
  const source = createReadStream(path, { highWaterMark: PIECE })
  await pipeline(source, unhurried, createGzip(), target, { signal })
  const after = statSync(path)
  if (after.size !== source.bytesRead) throw new Error(`${path}: somebody still writes to it`)
  utimesSync(draft, after.atime, after.mtime)
  renameSync(draft, `${path}.gz`)
  unlinkSync(path)
}

async function* unhurried(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    yield piece
    await new Promise((resolve) => later(resolve, 1).unref())
  }
}
