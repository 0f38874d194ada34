// Limits: whether the system lets this process open enough files for logshare and the application.

import { readFileSync } from 'node:fs'
import { notice } from './notice.js'

/** Node itself needs about twenty, the listener and a child some ten each. */
const LEAST = 64

/** False, with a notice, where the application would lack the descriptors that logshare takes. */
export function hasDescriptors(): boolean {
  const most = openFiles()
  if (most >= LEAST) return true
  const reason = `children start without logshare: this process may open only ${most} files`
  notice('LOGSHARE_WARN_FAILED_OPEN', reason, 'descriptors')
  return false
}

function openFiles(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1')
    const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EMFILE' ? 0 : Number.POSITIVE_INFINITY
  }
}
