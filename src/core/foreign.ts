// Foreign: whether the holder of a lock lives that has another PID namespace (a container), where its process id means nothing.
//
// It is asked by its doorbell. A connection to a Unix socket is established when `connect` returns, without the event loop.

import { readdirSync, readlinkSync, statSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { wallNow } from './originals.js'
import { writeSync } from './stdio.js'

/** Milliseconds in which a listener that has just started, or the next one after its death, opens its doorbell. */
const QUIET = 3000
/** Milliseconds after which a lock without a doorbell is not believed any more. */
const STALE = 60 * 60 * 1000

/** The PID namespace of this process; empty where there are none. */
export function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** Whether something listens in the directory, or may be about to. */
export function isAttended(directory: string): boolean {
  const bell = join(directory, 'bell.sock')
  const age = wallNow() - lastChange(directory)
  if (!statSync(bell, { throwIfNoEntry: false })) return age < STALE
  return answers(bell) || age < QUIET
}

function answers(path: string): boolean {
  const { connect } = require('node:net') as typeof import('node:net')
  const socket = connect({ path }) as Socket & { _handle?: { readonly fd?: number } | null }
  socket.on('error', () => {}).unref()
  try {
    writeSync(socket._handle?.fd ?? -1, '\n') // a greeting that the listener does not answer
    return true
  } catch (error) {
    // Full of rings, or a system where this cannot be told.
    const { code } = error as NodeJS.ErrnoException
    return code === 'EAGAIN' || code === 'EBADF'
  } finally {
    socket.destroy()
  }
}

function lastChange(directory: string): number {
  const times = readdirSync(directory).map((name) => {
    return statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0
  })
  return Math.max(...times, 0)
}
