// Lock: the lock of a runtime directory, whose holder alone reads the queues and writes the log.
//
//   listener.1.lock, listener.2.lock, …  each names a process that has held the lock; the highest number counts
//
// A process takes the lock over from a dead holder by creating the file with the next number. Only one process can
// create it, and no existing file is changed, so a process cannot take the lock from one that has just taken it.

import { linkSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAttended, pidNamespace } from './foreign.js'
import { process } from './originals.js'
import { isAlive, startOf } from './process.js'
import { removeFile } from './remove.js'
import { readPrivate } from './trust.js'

const NAME = /^listener\.(\d+)\.lock$/

interface Holder {
  readonly pid: number
  /** Start time of the process: tells it from a later process with the same id. */
  readonly start: string
  /** PID namespace of the process; not there where it is that of all. */
  readonly space?: string
}

/** Takes the lock if it is free or its holder has died. False if a living process holds it, or it cannot be written. */
export function takeLock(directory: string): boolean {
  const last = lastNumber(directory)
  return !isHeld(directory, last) && create(directory, last + 1)
}

/** Whether a living process holds the lock. */
export function isLocked(directory: string): boolean {
  return isHeld(directory, lastNumber(directory))
}

/** Id of the living process that holds the lock. */
export function holderOf(directory: string): number | undefined {
  const last = lastNumber(directory)
  return isHeld(directory, last) ? read(directory, last)?.pid : undefined
}

/** Releases the lock if this process holds it. */
export function dropLock(directory: string): void {
  if (isOurs(directory)) removeFile(pathOf(directory, lastNumber(directory)))
}

// A process of another container may have the same id.
function isOurs(directory: string): boolean {
  const last = lastNumber(directory)
  const holder = last > 0 ? read(directory, last) : undefined
  return holder?.pid === process.pid && (!holder.space || holder.space === pidNamespace())
}

// A lock file that cannot be read was not written by logshare; treat the lock as held.
function isHeld(directory: string, number: number): boolean {
  if (number === 0) return false
  const holder = read(directory, number)
  if (!holder) return true
  if (holder.space && holder.space !== pidNamespace()) return isAttended(directory)
  return isAlive(holder.pid) && startOf(holder.pid) === holder.start
}

// Links a complete file into place, so that no process reads a partly written one.
function create(directory: string, number: number): boolean {
  const space = pidNamespace()
  const holder: Holder = { pid: process.pid, start: startOf(process.pid), ...(space && { space }) }
  const draft = join(directory, `listener.${process.pid}.lock.new`)
  try {
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
    linkSync(draft, pathOf(directory, number))
    return true
  } catch {
    return false
  } finally {
    removeFile(draft)
  }
}

function lastNumber(directory: string): number {
  try {
    const numbers = readdirSync(directory).map((name) => Number(NAME.exec(name)?.[1] ?? 0))
    return Math.max(0, ...numbers)
  } catch {
    return 0
  }
}

function read(directory: string, number: number): Holder | undefined {
  try {
    // Two names: its draft's may still be there.
    return JSON.parse(readPrivate(directory, nameOf(number), 2)) as Holder
  } catch {
    return undefined
  }
}

function pathOf(directory: string, number: number): string {
  return join(directory, nameOf(number))
}

function nameOf(number: number): string {
  return `listener.${number}.lock`
}
