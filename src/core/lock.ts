// The lock of a runtime directory: one process at a time reads its queues and writes the log.

import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, startOf } from './process.js'

const FILE = 'listener.lock'

interface Holder {
  readonly pid: number
  /** When the process started, for a process id may be used again. */
  readonly start: string
}

/** Takes the lock, from nobody or from a process that has died. False if somebody alive holds it. */
export function takeLock(directory: string): boolean {
  const path = join(directory, FILE)
  if (create(path)) return true
  const holder = read(path)
  if (holder && isHolding(holder)) return false
  return displace(path) && create(path)
}

/** Whether a living process holds the lock. */
export function isLocked(directory: string): boolean {
  const holder = read(join(directory, FILE))
  return holder !== undefined && isHolding(holder)
}

/** Gives the lock up if this process holds it. */
export function dropLock(directory: string): void {
  const path = join(directory, FILE)
  if (read(path)?.pid === process.pid) remove(path)
}

function create(path: string): boolean {
  try {
    const holder: Holder = { pid: process.pid, start: startOf(process.pid) }
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
    return true
  } catch {
    return false
  }
}

// By renaming: of several who find the same dead lock one gets it away, and whoever got a living one away puts it back.
function displace(path: string): boolean {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    return true // gone: try to create
  }
  const holder = read(aside)
  const alive = holder !== undefined && isHolding(holder)
  if (alive) {
    try {
      linkSync(aside, path)
    } catch {
      // A third one has taken it meanwhile.
    }
  }
  remove(aside)
  return !alive
}

function isHolding({ pid, start }: Holder): boolean {
  return isAlive(pid) && startOf(pid) === start
}

function read(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else was quicker.
  }
}
