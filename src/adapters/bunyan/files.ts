// Files: writes what bunyan's file streams still hold when the process exits.

import type { Writable } from 'node:stream'
import * as shimmer from 'shimmer'
import { process } from '../../core/originals.js'
import { writeBuffered } from '../kit/relay/unwritten.js'
import type { Library, Logger, LogStream } from './library.js'

type Method = (this: Logger, ...args: unknown[]) => unknown

const files = new Set<LogStream>()

/** Knows the files of a copy's loggers from now on. Returns the undo. */
export function watchFiles({ bunyan }: Library): () => void {
  const target = bunyan.prototype as unknown as Record<'addStream', Method>
  shimmer.wrap(target, 'addStream', (original) => {
    return function addStream(this: Logger, ...args) {
      const result = original.apply(this, args)
      const added = this.streams.at(-1)
      if (added?.path !== undefined) watch(added)
      return result
    }
  })
  process.on('exit', writeFiles)
  return () => {
    process.off('exit', writeFiles)
    shimmer.unwrap(target, 'addStream')
  }
}

// bunyan puts another stream in the place of one that it reopens.
function watch(each: LogStream): void {
  files.add(each)
  const file = fileOf(each)
  file.once?.('close', () => (fileOf(each) === file ? files.delete(each) : watch(each)))
}

export function writeFiles(): void {
  for (const each of files) writeBuffered(fileOf(each), String(each.path))
}

// A rotating stream has the stream of its current file.
function fileOf({ stream }: LogStream): Writable {
  return ((stream as { stream?: unknown }).stream ?? stream) as Writable
}
