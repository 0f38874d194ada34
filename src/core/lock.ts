// The lock of a runtime directory: one process at a time reads its queues and writes the log.
//
//   listener.1.lock, listener.2.lock, …  each names a process that has held the lock; the last one counts
//
// To take it over from a dead holder is to make the next file, which only one process can; nothing that exists is changed,
// so nobody can take away what another has just taken.

import { linkSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, startOf } from './process.js'
import { removeFile } from './remove.js'

const NAME = /^listener\.(\d+)\.lock$/

interface Holder {
  readonly pid: number
  /** When the process started, for a process id may be used again. */
  readonly start: string
}

/** Takes the lock, from nobody or from a process that has died. False if somebody alive holds it. */
export function takeLock(directory: string): boolean {
  const last = lastNumber(directory)
  return !isHeld(directory, last) && create(directory, last + 1)
}

/** Whether a living process holds the lock. */
export function isLocked(directory: string): boolean {
  return isHeld(directory, lastNumber(directory))
}

/** The living process that holds the lock. */
export function holderOf(directory: string): number | undefined {
  const last = lastNumber(directory)
  return isHeld(directory, last) ? read(directory, last)?.pid : undefined
}

/** Gives the lock up if this process holds it. */
export function dropLock(directory: string): void {
  const last = lastNumber(directory)
  if (last > 0 && read(directory, last)?.pid === process.pid) removeFile(pathOf(directory, last))
}

// A file that cannot be read is not one of ours, and respected.
function isHeld(directory: string, number: number): boolean {
  if (number === 0) return false
  const holder = read(directory, number)
  return !holder || (isAlive(holder.pid) && startOf(holder.pid) === holder.start)
}

// By a link to a complete file: nobody ever reads half of one.
function create(directory: string, number: number): boolean {
  const holder: Holder = { pid: process.pid, start: startOf(process.pid) }
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
    return JSON.parse(readFileSync(pathOf(directory, number), 'utf8')) as Holder
  } catch {
    return undefined
  }
}

function pathOf(directory: string, number: number): string {
  return join(directory, `listener.${number}.lock`)
}
