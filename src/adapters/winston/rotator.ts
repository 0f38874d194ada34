// Rotator: hooks file-stream-rotator, which DailyRotateFile writes through, and in the root delays its `rotate` event.
//
// The rotator emits `rotate` when it ends the old file, whose last writes are still pending. DailyRotateFile then
// compresses and removes that file at once, and these writes are lost.

import type { EventEmitter } from 'node:events'
import type * as fs from 'node:fs'
import * as shimmer from 'shimmer'
import { hookPackage } from '../kit/hook/package.js'
import { isCalledFrom } from '../kit/identity/callsite.js'

type GetStream = (options: unknown) => unknown

const ROTATOR = {
  name: 'file-stream-rotator',
  main: /[\\/]file-stream-rotator[\\/]FileStreamRotator\.js$/,
  internal: true,
}
const DAILY = /[\\/]winston-daily-rotate-file[\\/]daily-rotate-file\.js/

/**
 * Calls `replace` for each stream that DailyRotateFile requests, and returns its result in place of the stream. Streams
 * that other code requests stay as they are. Returns a function that undoes the patch.
 */
export function hookRotator(replace: (create: () => unknown) => unknown): () => void {
  const undo: (() => void)[] = []
  const unhook = hookPackage(ROTATOR, (exports) => {
    const rotator = exports as { getStream: GetStream }
    shimmer.wrap(rotator, 'getStream', (original) => {
      return function getStream(this: unknown, options) {
        const create = (): unknown => original.call(this, options)
        return isCalledFrom(DAILY) ? replace(create) : create()
      }
    })
    undo.push(() => shimmer.unwrap(rotator, 'getStream'))
  })
  return () => {
    unhook()
    for (const each of undo) each()
  }
}

interface Rotated {
  write?(...args: unknown[]): unknown
}

/** The files that a stream has opened and not closed, the current one last. */
const files = new WeakMap<object, Set<fs.WriteStream>>()

export function filesIn({
  logStream,
}: {
  readonly logStream?: object
}): Iterable<fs.WriteStream> | undefined {
  return logStream && files.get(logStream)
}

/** Knows the files of the stream that `create` returns. They are hidden in its closure. */
export function watchFiles(create: () => unknown): unknown {
  const open = new Set<fs.WriteStream>()
  const stream = whileWatching(open, create) as Rotated
  const write = stream?.write
  if (typeof write !== 'function') return stream
  files.set(stream, open)
  if ('fd' in stream) return stream // a plain file, which is not rotated
  stream.write = function (...args) {
    return whileWatching(open, () => write.apply(this, args))
  }
  return stream
}

// The rotator takes the function from Node's module in each call.
function whileWatching<T>(open: Set<fs.WriteStream>, act: () => T): T {
  const module = require('node:fs') as { createWriteStream: typeof fs.createWriteStream }
  const { createWriteStream } = module
  module.createWriteStream = (...args) => {
    const file = createWriteStream(...args)
    open.add(file)
    file.once('close', () => open.delete(file))
    return file
  }
  try {
    return act()
  } finally {
    module.createWriteStream = createWriteStream
  }
}

/** Makes the stream emit `rotate` only when every file that it has ended is closed. */
export function delayRotateEvent(stream: unknown): unknown {
  const { emit } = stream as EventEmitter
  if (typeof emit !== 'function' || 'fd' in (stream as object)) return stream // a plain file, which is not rotated
  const delayed: unknown[][] = []
  let open = 0
  const emitLate = function (
    this: EventEmitter,
    event: string | symbol,
    ...args: unknown[]
  ): boolean {
    if (event === 'rotate') {
      open++
      delayed.push(args)
      return true
    }
    const hasListeners = emit.call(this, event, ...args)
    if (event === 'close' && open > 0 && --open === 0) {
      for (const each of delayed.splice(0)) emit.call(this, 'rotate', ...each)
    }
    return hasListeners
  }
  Object.defineProperty(stream, 'emit', { value: emitLate, configurable: true, writable: true })
  return stream
}
