// Direct: writes text to a standard stream that is a file by one system call, with all that the stream's own `write` does.
//
// Node's stream makes a buffer of the text, keeps it until the call is over, and schedules what comes after it: a third of
// what `process.stdout.write` costs. Where nothing waits in the stream, none of it can be seen.

import type * as fs from 'node:fs'
import type { Writable } from 'node:stream'
import { nextTick } from '../../core/originals.js'
import { writeSync } from '../../core/stdio.js'

/** Writes the text. Returns false if it did not: then the stream has to do it, and tells its errors. */
export type DirectWrite = (text: string, encoding: unknown, done: unknown) => boolean

type Done = (error: null) => void
type FileStream = Writable & {
  readonly fd: number
  readonly _writableState: { readonly defaultEncoding?: unknown }
}

/** Characters. A longer text may fill the stream's buffer, which `write` returns and `drain` tells. */
const MAX_TEXT = 4096

/**
 * Undefined for a stream that is no file's. `isOurs`: whether a function in the place of `fs.writeSync` is logshare's. The
 * stream keeps the function that is there when it is opened, and so may be the application's.
 */
export function directWrite(
  given: object,
  isOurs: (write: unknown) => boolean,
): DirectWrite | undefined {
  const stream = given as FileStream
  if (stream.constructor.name !== 'SyncWriteStream') return undefined
  const { writeSync: present } = require('node:fs') as typeof fs
  if (present !== writeSync && !isOurs(present)) return undefined
  const { _write: own, _writev: several } = stream
  const isIdle = (): boolean =>
    stream._write === own &&
    stream._writev === several &&
    stream.writable &&
    stream.writableLength === 0 &&
    stream.writableCorked === 0 &&
    stream._writableState.defaultEncoding === 'utf8'
  const callLater = createTicks()
  return (text, encoding, done) => {
    const callback = typeof encoding === 'function' ? encoding : done
    if (encoding !== undefined && encoding !== callback && encoding !== 'utf8') return false
    if (callback !== undefined && typeof callback !== 'function') return false
    if (text.length > MAX_TEXT || text === '' || !isIdle()) return false
    try {
      writeSync(stream.fd, text)
    } catch {
      return false
    }
    if (callback !== undefined) callLater(callback as Done)
    return true
  }
}

// As the stream does: calls that follow each other with the same callback share a tick.
function createTicks(): (done: Done) => void {
  let last: { readonly done: Done; count: number } | undefined
  return (done) => {
    if (last?.done === done) {
      last.count++
      return
    }
    const tick = { done, count: 1 }
    last = tick
    nextTick(() => {
      if (last === tick) last = undefined
      for (; tick.count > 0; tick.count--) done(null)
    })
  }
}
