// Request: a file in the runtime directory by which a command asks the listener to look where its log files are.
//
// Whoever asks puts it there; the listener takes it away when it has looked.

import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFile } from '../core/remove.js'

/** Throws what the system says. */
export function askToReopen(directory: string): void {
  writeFileSync(pathOf(directory), '', { mode: 0o600 })
}

export function isAsked(directory: string): boolean {
  return existsSync(pathOf(directory))
}

export function answer(directory: string): void {
  removeFile(pathOf(directory))
}

function pathOf(directory: string): string {
  return join(directory, 'reopen')
}
