// Removal of one file, by whoever comes first.

import { unlinkSync } from 'node:fs'

/** Removes a file; one that is not there, or went with its directory, is as good as removed. Never throws. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Nothing to do about it: what is left over is removed with the runtime directory.
  }
}
