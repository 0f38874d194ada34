// Files: writes what the streams of log4js's file appenders still hold when the process exits.

import type { Writable } from 'node:stream'
import * as shimmer from 'shimmer'
import { process } from '../../core/originals.js'
import { hookPackage } from '../kit/hook/package.js'
import { isExiting, writeBuffered, writeChunk } from '../kit/relay/unwritten.js'

/** A stream of streamroller, the package that rotates log4js's files. */
interface Rolling extends Writable {
  readonly currentFileStream: Writable & { readonly path: string }
  _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void
}

const PACKAGE = {
  name: 'streamroller',
  main: /[\\/]streamroller[\\/]lib[\\/]RollingFileWriteStream\.js$/,
  internal: true,
}

/** Streams that are writing a chunk, which they pass to their file when it need not be rotated. */
const writing = new Map<Rolling, Buffer | string>()

/** Returns the undo. */
export function watchFiles(): () => void {
  const undo: (() => void)[] = []
  const unhook = hookPackage(PACKAGE, (exports) => {
    const { prototype } = exports as { prototype?: Rolling }
    if (typeof prototype?._write !== 'function') return
    shimmer.wrap(prototype, '_write', (original) => {
      return function _write(this: Rolling, chunk, encoding, done) {
        writing.set(this, chunk)
        original.call(this, chunk, encoding, (...args) => {
          writing.delete(this)
          done(...args)
        })
      }
    })
    undo.push(() => shimmer.unwrap(prototype, '_write'))
  })
  process.on('exit', writeFiles)
  return () => {
    process.off('exit', writeFiles)
    unhook()
    for (const each of undo) each()
  }
}

export function writeFiles(): void {
  if (!isExiting()) return
  for (const [stream, chunk] of writing) {
    const { currentFileStream: file } = stream
    if (file.writableLength === 0) writeChunk(stream, chunk, file.path)
    else writeBuffered(file, file.path)
    writeBuffered(stream, file.path)
  }
}
