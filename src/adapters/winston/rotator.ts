// The file rotator of DailyRotateFile: what is known of it, and, in the root, a file is compressed only when it is whole.
//
// It tells that a file was rotated when it ends it, with what was written last still on its way, and DailyRotateFile
// compresses and removes the file at once.

import type { EventEmitter } from 'node:events'
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

/** Has the streams of DailyRotateFile, not those that others make, made by `replace`; returns the undo. */
export function hookRotator(replace: (make: () => unknown) => unknown): () => void {
  const undo: (() => void)[] = []
  const unhook = hookPackage(ROTATOR, (exports) => {
    const rotator = exports as { getStream: GetStream }
    shimmer.wrap(rotator, 'getStream', (original) => {
      return function getStream(this: unknown, options) {
        const make = (): unknown => original.call(this, options)
        return isCalledFrom(DAILY) ? replace(make) : make()
      }
    })
    undo.push(() => shimmer.unwrap(rotator, 'getStream'))
  })
  return () => {
    unhook()
    for (const each of undo) each()
  }
}

/** Has a stream tell of rotated files when all those that were ended are closed. */
export function tellWhenWhole(stream: unknown): unknown {
  const { emit } = stream as EventEmitter
  if (typeof emit !== 'function' || 'fd' in (stream as object)) return stream // a single file, which is not rotated
  const waiting: unknown[][] = []
  let open = 0
  const tell = function (this: EventEmitter, event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'rotate') {
      open++
      waiting.push(args)
      return true
    }
    const isHeard = emit.call(this, event, ...args)
    if (event === 'close' && open > 0 && --open === 0) {
      for (const each of waiting.splice(0)) emit.call(this, 'rotate', ...each)
    }
    return isHeard
  }
  Object.defineProperty(stream, 'emit', { value: tell, configurable: true, writable: true })
  return stream
}
