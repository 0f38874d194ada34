// Path: opens a log file and tells which file a path currently leads to.

import {
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

export interface Identity {
  readonly dev: bigint
  readonly ino: bigint
}

/** A descriptor, and whether it is ours to close. */
export interface Opened {
  readonly fd: number
  readonly isOwn: boolean
}

// A full FIFO must not block a write: its reader may never come.
const APPEND = constants.O_APPEND | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)
/**
 * Opens for appending, a regular file also for reading; creates missing directories. Throws the system's error, or
 * `Unread`.
 */
export function open(path: string): Opened {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) mkdirSync(dirname(path), { recursive: true })
  if (stats?.isSocket()) return { fd: socketAt(path), isOwn: false }
  const isRegular = !stats || stats.isFile() || stats.isDirectory()
  const mode = isRegular ? constants.O_RDWR | constants.O_CREAT : constants.O_WRONLY
  if (stats?.isFIFO()) return { fd: openPipe(path, mode | APPEND), isOwn: true }
  return { fd: openSync(path, mode | APPEND), isOwn: true }
}

/** A FIFO has no reader yet. */
export class Unread extends Error {}

function openPipe(path: string, flags: number): number {
  try {
    return openSync(path, flags)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
    throw new Unread('ENXIO: no process reads this pipe', { cause: error })
  }
}

// `/dev/stdout` cannot be opened where it leads to a socket. It is a descriptor that this process has already.
function socketAt(path: string): number {
  const fd = descriptorAt(path)
  if (fd !== undefined) return fd
  throw new Error(`${path} is a socket: use the handler "socket" with the address "unix:${path}"`)
}

export function identityOf(fd: number): Identity {
  return fstatSync(fd, { bigint: true })
}

export function isSame(a: Identity, b: Identity): boolean {
  return a.ino === b.ino && a.dev === b.dev
}

/** The file at a path; undefined if it does not exist, 'unknown' if that cannot be checked (e.g. EACCES). */
export function find(path: string): (Identity & { readonly size: bigint }) | undefined | 'unknown' {
  try {
    return statSync(path, { bigint: true })
  } catch (error) {
    return isMissing(error) ? undefined : 'unknown'
  }
}

/** More links than the system follows. */
const MAX_LINKS = 40
const DESCRIPTORS = /^(?:\/proc\/\d+(?:\/task\/\d+)?\/fd|\/dev\/fd)$/

/**
 * Whether a path leads to an open stream: `/dev/stdout`, or a link to it. Such a path goes on leading to the same file when
 * that has been renamed.
 */
export function isStream(path: string): boolean {
  return descriptorAt(path) !== undefined
}

function descriptorAt(path: string): number | undefined {
  let at = path
  try {
    for (let links = 0; links < MAX_LINKS; links++) {
      const directory = realpathSync(dirname(at))
      if (DESCRIPTORS.test(directory)) return Number(basename(at))
      at = resolve(directory, readlinkSync(join(directory, basename(at))))
    }
  } catch {
    // It is no link.
  }
  return undefined
}

export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}
