// Late: opens a child's bunyan files only when something other than a logger writes to them, because the root writes them.

import { close, createWriteStream, open, type WriteStream, write, writev } from 'node:fs'
import { resolve } from 'node:path'
import * as shimmer from 'shimmer'
import { clearTimeout } from '../../core/originals.js'
import { encodeWish } from '../../core/wish.js'
import type { AdapterContext } from '../kit/adapter.js'
import { isInRoot } from './levels.js'
import type { Bunyan, Library, Logger, LogStream, Rotating, StreamOptions } from './library.js'
import { nameOf } from './tracker.js'

type Method = (this: Logger, ...args: unknown[]) => unknown

/** Patches a copy in a child. Returns the undo. */
export function openLate({ bunyan }: Library, context: AdapterContext): () => void {
  const { prototype, RotatingFileStream } = bunyan
  const target = prototype as unknown as Record<'addStream' | 'reopenFileStreams', Method>
  const rotating = new Map<Rotating, readonly [name: string, path: string]>()
  const isFileInRoot = ({ path }: StreamOptions, name: string): boolean =>
    typeof path === 'string' && isInRoot(context, name, resolve(path))
  shimmer.wrap(target, 'addStream', (original) => {
    return function addStream(this: Logger, ...args) {
      const [given, ...rest] = args as [StreamOptions, ...unknown[]]
      const name = nameOf(this)
      const isLate = name !== undefined && isFileInRoot(given, name)
      const late = isLate ? lateStream(given, RotatingFileStream) : undefined
      const result = original.call(this, late ?? given, ...rest)
      const added = this.streams.at(-1)
      if (late && added) added.type = given.type ?? 'file'
      else if (added?.type === 'rotating-file' && name !== undefined)
        rotating.set(added.stream as LogStream['stream'] & Rotating, [
          name,
          resolve(String(added.path)),
        ])
      return result
    }
  })
  shimmer.wrap(target, 'reopenFileStreams', (original) => {
    return function reopenFileStreams(this: Logger) {
      const name = nameOf(this) ?? ''
      if (!this.streams.some((stream) => isFileInRoot(stream, name))) return original.call(this)
      context.registry().queue.note(encodeWish({ wish: 'reopen', lib: 'bunyan', name }))
    }
  })
  const unwatch = context.levels.watch(() => {
    for (const [stream, [name, path]] of rotating) {
      if (!isInRoot(context, name, path)) continue
      stopRotating(stream)
      rotating.delete(stream)
    }
  })
  return () => {
    unwatch()
    shimmer.massUnwrap([target], ['addStream', 'reopenFileStreams'])
  }
}

// The root's logger writes and rotates the file from now on.
function stopRotating(stream: Rotating): void {
  clearTimeout(stream.timeout)
  stream._setRotationTimer = () => {}
}

// Undefined if the options are not those of a file that bunyan opens.
function lateStream(
  given: StreamOptions,
  Rotator: Bunyan['RotatingFileStream'],
): StreamOptions | undefined {
  const { type, path, stream } = given ?? {}
  if (stream || typeof path !== 'string') return undefined
  const options = { ...given, closeOnExit: true }
  if (type === 'rotating-file' && Rotator)
    return { ...options, type: 'stream', stream: lateRotating(given, Rotator) }
  if (type !== undefined && type !== 'file') return undefined
  return { ...options, type: 'file', stream: lateFile(path) }
}

function lateRotating(
  options: StreamOptions,
  Rotator: NonNullable<Bunyan['RotatingFileStream']>,
): Rotating {
  const stream = Object.create(Rotator.prototype) as Rotating
  const none = (): void => {}
  const late = { end: none, destroy: none, destroySoon: none }
  return Object.assign(stream, late, {
    path: options.path,
    write(chunk: unknown): boolean {
      for (const name of ['write', ...Object.keys(late)]) Reflect.deleteProperty(stream, name)
      Rotator.call(stream, options)
      stopRotating(stream)
      return stream.write(chunk)
    },
  })
}

/** The descriptor of a file that was ended before anything was written to it. */
const UNOPENED = -1

// The file system's part of a write stream is ours to give: it opens the file when it is wanted.
function lateFile(path: string): WriteStream {
  let isWanted: boolean | undefined
  let begin: (() => void) | undefined
  const settle = (wanted: boolean): void => {
    isWanted ??= wanted
    begin?.()
    begin = undefined
  }
  const fs = {
    write,
    writev,
    open(...args: Parameters<typeof open>) {
      const done = args.at(-1) as unknown as (error: Error | null, fd: number) => void
      begin = () => (isWanted ? open(...args) : done(null, UNOPENED))
      if (isWanted !== undefined) settle(isWanted)
    },
    close(fd: number, done: (error?: Error | null) => void) {
      if (fd === UNOPENED) done(null)
      else close(fd, done)
    },
  }
  const stream = createWriteStream(path, { flags: 'a', encoding: 'utf8', fs: fs as never })
  for (const name of ['write', 'end', 'destroy', 'destroySoon'] as const) {
    const original = Reflect.get(stream, name) as (...args: unknown[]) => unknown
    const method = function (this: WriteStream, ...args: unknown[]): unknown {
      const [chunk] = args
      settle(name === 'write' || (name === 'end' && chunk != null && typeof chunk !== 'function'))
      return original.apply(this, args)
    }
    Object.defineProperty(stream, name, { value: method, configurable: true, writable: true })
  }
  return stream
}
