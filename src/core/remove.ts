// Remove: deletion of one file that other processes may delete too.

import { unlinkSync } from 'node:fs'

/** Removes a file. Never throws: a file that does not exist counts as removed. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // A file that is left over is removed with the runtime directory.
  }
}
