// Path: opens a log file and tells which file a path currently leads to.

import { fstatSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

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

export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}
