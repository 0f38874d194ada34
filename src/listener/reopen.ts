// Reopen request: a file in the runtime directory by which `logshare reopen` asks the listener to reopen its log files.
//
// The command creates the file. The listener removes it after it has checked the paths of its log files.

import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFile } from '../core/remove.js'

/** Throws the system's error. */
export function requestReopen(directory: string): void {
  writeFileSync(pathOf(directory), '', { mode: 0o600 })
}

export function isReopenRequested(directory: string): boolean {
  return existsSync(pathOf(directory))
}

/** Tells the command that the request is done. */
export function clearReopenRequest(directory: string): void {
  removeFile(pathOf(directory))
}

function pathOf(directory: string): string {
  return join(directory, 'reopen')
}
