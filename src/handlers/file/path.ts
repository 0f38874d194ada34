// Path: which file one leads to.

import { fstatSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Identity {
  readonly dev: bigint
  readonly ino: bigint
}

/** To append and to read, its directories made if need be. Throws what the system says. */
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

/** Where it cannot be looked for (a directory that may not be searched), it is not believed gone. */
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
