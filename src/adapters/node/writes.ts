// Writes: what a child writes to stdout or stderr with `fs.writeSync` becomes records, in order with what its streams print.
//
// Standard streams that are files write this way themselves, and so do pino's destinations: that has been captured.

import { syncBuiltinESMExports } from 'node:module'
import {
  type AdapterContext,
  descriptorRole,
  isRelaying,
  type TerminalRole,
} from '../kit/adapter.js'
import { wasNoted } from '../kit/capture/stdio.js'
import { isCalledFrom } from '../kit/identity/callsite.js'
import type { Lines } from './lines.js'

type Write = (...args: Args) => number
type Args = readonly [
  fd: unknown,
  data: unknown,
  offset: unknown,
  length: unknown,
  position: unknown,
]

interface Watcher {
  /** The standard stream, if the application has used it. */
  readonly opened: () => NodeJS.WriteStream | undefined
  readonly lines: Lines
  readonly context: AdapterContext
}

// The exports themselves, not the copy of them that an `import` makes.
const fs = require('node:fs') as { writeSync: Write }

const watchers = new Map<unknown, Watcher>()
let unpatch: (() => void) | undefined

/** Returns the undo. */
export function watchWrites(fd: 1 | 2, watcher: Watcher): () => void {
  watchers.set(fd, watcher)
  unpatch ??= patch()
  return () => {
    watchers.delete(fd)
    if (watchers.size > 0) return
    unpatch?.()
    unpatch = undefined
  }
}

let watching: Write | undefined

/** Whether this is the function in the place of `fs.writeSync` that leaves what the streams write alone. */
export function isWatching(write: unknown): boolean {
  return watching !== undefined && write === watching
}

function patch(): () => void {
  const original = fs.writeSync
  const writeSync: Write = (fd, data, offset, length, position) => {
    const watcher = fd === 1 || fd === 2 ? watchers.get(fd) : undefined
    return watcher
      ? writeWatched(original, [fd, data, offset, length, position], watcher)
      : original(fd, data, offset, length, position)
  }
  watching = writeSync
  replace(writeSync)
  return () => {
    if (fs.writeSync === writeSync) replace(original)
  }
}

function replace(value: Write): void {
  fs.writeSync = value
  syncBuiltinESMExports()
}

function writeWatched(original: Write, args: Args, { context, opened, lines }: Watcher): number {
  const role = roleOf(context, opened())
  if (role === 'leave') return original(...args)
  const add = (bytes: Uint8Array): void => {
    if (!wasNoted(args[1])) lines.add(lines.decode(bytes, undefined))
  }
  if (role === 'claim') {
    const bytes = bytesOf(args)
    // A prompt, or a part of a line, is shown as it is.
    if (bytes.at(-1) !== LINE_FEED) return original(...args)
    add(bytes)
    return bytes.length
  }
  const written = original(...args)
  add(bytesOf(args).subarray(0, written))
  return written
}

const LINE_FEED = 0x0a
const SONIC_BOOM = /[\\/]sonic-boom[\\/]index\.js/
/** Frames up to sonic-boom's: three of ours, and two of its own. */
const FRAMES = 6

function roleOf(context: AdapterContext, stream: NodeJS.WriteStream | undefined): TerminalRole {
  const role = isRelaying() ? 'leave' : descriptorRole(context)
  if (role === 'leave' || (stream && isWriting(stream))) return 'leave'
  return isCalledFrom(SONIC_BOOM, FRAMES) ? 'leave' : role
}

// Whether the stream is a file's, which writes within the call.
function isWriting(stream: NodeJS.WriteStream): boolean {
  return stream.constructor.name === 'SyncWriteStream' && stream.writableLength > 0
}

interface Part {
  readonly offset?: number
  readonly length?: number
}

/** The bytes that these arguments have `fs.writeSync` write; none if it throws for them. */
function bytesOf([, data, offset, length]: Args): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, (length ?? 'utf8') as BufferEncoding)
  if (!ArrayBuffer.isView(data)) return new Uint8Array()
  const part = (typeof offset === 'object' && offset !== null ? offset : { offset, length }) as Part
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).subarray(part.offset)
  return bytes.subarray(0, part.length ?? undefined)
}
