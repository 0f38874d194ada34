// Takeover: decides, in a child whose listener does not answer, whether this process continues as the listener.

import { existsSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import type { Settings } from '../config/options.js'
import { takeLock } from '../core/lock.js'
import { notice, reasonOf } from '../core/notice.js'
import { process } from '../core/originals.js'
import { startOf } from '../core/process.js'
import type { Doorbell } from '../queue/doorbell.js'
import { shutGate } from '../queue/gate.js'
import { endPath } from '../queue/segment.js'
import { expectLiving } from '../spawn/child-process.js'
import { onExit } from './exit.js'
import { createRetry } from './retry.js'

interface TakeoverOptions {
  readonly directory: string
  readonly producer: string
  readonly settings: Settings
  readonly bell: Doorbell
}

/**
 * The returned function is called when the listener does not answer. The process that gets the lock takes over as the
 * listener; the others retry until they reach it. Only main threads take over; the other threads only retry.
 */
export function createTakeover({
  directory,
  producer,
  settings,
  bell,
}: TakeoverOptions): () => void {
  let hasTakenOver = false
  const successor = (): typeof import('./successor.js') => require('./successor.js')
  // A process that exits while there is no listener writes what is left. A listener that ends at the same moment checks
  // for this end mark after it has released the lock, so one of the two gets the lock.
  const end = (): void => {
    if (hasTakenOver || !existsSync(directory)) return
    shutGate()
    expectLiving()
    writeEndMark(endPath(directory, producer))
    if (takeLock(directory)) guard(() => successor().drain(directory, settings))
  }
  if (isMainThread) onExit(end)
  return createRetry(directory, bell, () => {
    if (hasTakenOver) return true
    if (!isMainThread || !takeLock(directory)) return false
    hasTakenOver = guard(() => successor().takeOver(directory, settings))
    return hasTakenOver
  })
}

// Runs within a log call or at exit: nothing may be thrown into the application. Records that are not written stay in
// the queues, for the next try or for `logshare recover`.
function guard(act: () => void): boolean {
  try {
    act()
    return true
  } catch (error) {
    notice('LOGSHARE_WARN_LISTENER', `taking over the log failed: ${reasonOf(error)}`)
    return false
  }
}

function writeEndMark(path: string): void {
  try {
    writeFileSync(path, startOf(process.pid), { mode: 0o600 })
  } catch {
    // Without the mark this process counts as alive, and its records are left for `logshare recover`.
  }
}
