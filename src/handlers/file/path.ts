// Path: opens a log file and tells which file a path currently leads to.

import { fstatSync, mkdirSync, openSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

export interface Identity {
  readonly dev: bigint
  readonly ino: bigint
}

/** Opens for appending and reading; creates missing directories. Throws the system's error. */
export function open(path: string): number {
  mkdirSync(dirname(path), { recursive: true })
  return openSync(path, 'a+')
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
  let at = path
  try {
    for (let links = 0; links < MAX_LINKS; links++) {
      const directory = realpathSync(dirname(at))
      if (DESCRIPTORS.test(directory)) return true
      at = resolve(directory, readlinkSync(join(directory, basename(at))))
    }
  } catch {
    // It is no link.
  }
  return false
}

export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}
