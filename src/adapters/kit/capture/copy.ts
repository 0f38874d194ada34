// Copy: lets a library's code write one record where it always writes it, and queues a copy for the handlers.
//
// For libraries that print, or whose destinations are functions of the application. Such a function does not tell where it
// writes, so the standard streams are watched while it runs.

import { process } from '../../../core/originals.js'
import { type AdapterContext, terminalRole, whileRelaying } from '../adapter.js'
import { tryCapture } from '../guard.js'
import { callBack } from './stdio.js'

type Arguments = readonly unknown[]
type Write = (...args: Arguments) => boolean

/**
 * Calls `write`, which writes one record, and then `capture`, which queues a copy of it. Returns what `write` returns and
 * throws what it throws. To be called for records that are read: `terminalRole` is not `leave`.
 *
 * What `write` prints is printed as without logshare, unless a console handler shows the record instead. A record that is
 * printed as data is not captured. What is printed after `write` has returned is not known here.
 */
export function writeAndCopy<T>(
  context: AdapterContext,
  lib: string,
  write: () => T,
  capture: () => void,
): T {
  const { capture: captured } = context
  const isOwned = terminalRole(context) === 'claim'
  if (captured.stdout && captured.stderr && !isOwned) {
    try {
      return whileRelaying(write)
    } finally {
      tryCapture(lib, capture)
    }
  }
  const held: { readonly print: Write; readonly args: Arguments }[] = []
  let isData = false
  const undo = (['stdout', 'stderr'] as const).map((name) => {
    if (captured[name] && !isOwned) return () => {}
    return replaceWrite(name, (print, args) => {
      if (captured[name]) return held.push({ print, args }) > 0
      isData = true
      return print(...args)
    })
  })
  try {
    return whileRelaying(write)
  } finally {
    for (const each of undo) each()
    const isCaptured = !isData && tryCapture(lib, capture)
    for (const { print, args } of held) {
      if (isCaptured) callBack(args)
      else print(...args)
    }
  }
}

/** Has `write` called for each write to the stream, with the original and its arguments. Returns the undo. */
function replaceWrite(
  name: 'stdout' | 'stderr',
  write: (print: Write, args: Arguments) => boolean,
): () => void {
  const stream = process[name]
  const own = Object.getOwnPropertyDescriptor(stream, 'write')
  const print = stream.write.bind(stream) as Write
  const value: Write = (...args) => write(print, args)
  Object.defineProperty(stream, 'write', { value, configurable: true, writable: true })
  return () => {
    if (own) Object.defineProperty(stream, 'write', own)
    else Reflect.deleteProperty(stream, 'write')
  }
}
