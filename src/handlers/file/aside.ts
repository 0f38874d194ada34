// Aside: puts a log file aside under a name that no other file has. A rename alone would replace one.
//
// The name is taken first, by an empty file: what is created exclusively cannot be another process's, on any file system.
// The rename then replaces only that.

import { closeSync, existsSync, linkSync, openSync, renameSync } from 'node:fs'
import { removeFile } from '../../core/remove.js'

/** How many names are tried that another process takes at the same moment. */
const MAX_TRIES = 100

/** Renames `target` to the path that `name` returns for it, which is returned. Throws the system's error. */
export function putAside(target: string, name: (target: string) => string): string {
  const rotated = takeName(() => name(target))
  try {
    renameSync(target, rotated)
    return rotated
  } catch (error) {
    removeFile(rotated)
    throw error
  }
}

/** Undoes that, unless there is a new file at `target` by now. Throws the system's error. */
export function bringBack(rotated: string, target: string): void {
  try {
    linkSync(rotated, target) // fails if there is one
    removeFile(rotated)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (!existsSync(target)) renameSync(rotated, target) // a file system without links
  }
}

function takeName(next: () => string): string {
  for (let tries = 1; ; tries++) {
    const path = next()
    try {
      closeSync(openSync(path, 'wx'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries >= MAX_TRIES) throw error
      continue
    }
    // Another process may have had the name, compressed its file and removed it, since the names were listed.
    if (!existsSync(`${path}.gz`)) return path
    removeFile(path)
  }
}
