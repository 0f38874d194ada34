// Takeover: decides, in a child whose listener does not answer, whether this process continues as the listener.

import { existsSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import type { Settings } from '../config/options.js'
import { isLocked, takeLock } from '../core/lock.js'
import { notice, reasonOf } from '../core/notice.js'
import { process } from '../core/originals.js'
import { startOf } from '../core/process.js'
import { privateFault } from '../core/trust.js'
import type { Doorbell } from '../queue/doorbell.js'
import { shutGate } from '../queue/gate.js'
import { endPath } from '../queue/segment.js'
import { digestOf } from '../spawn/inherit.js'
import { expectLiving } from '../spawn/living.js'
import { onExit } from './exit.js'
import { createRetry } from './retry.js'

interface Use {
  readonly directory: string
  readonly producer: string
  readonly settings: Settings
  /** What the settings must have: see `ProcessHand`. */
  readonly digest?: string | undefined
}

interface TakeoverOptions extends Use {
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
  digest,
  bell,
}: TakeoverOptions): () => void {
  let hasTakenOver = false
  const use = { directory, producer, settings, digest }
  const end = (): void => {
    if (hasTakenOver || !existsSync(directory)) return
    shutGate()
    expectLiving()
    endUse(use)
  }
  if (isMainThread) onExit(end)
  return createRetry(directory, bell, () => {
    if (hasTakenOver) return true
    if (!isMainThread || !lock(use)) return false
    hasTakenOver = guard(() => successor().takeOver(directory, settings))
    return hasTakenOver
  })
}

/**
 * Ends a process's use of a runtime directory. A process that exits while there is no listener writes what is left. A
 * listener that ends at the same moment checks for this end mark after it has released the lock, so one of the two gets the
 * lock. Never throws.
 */
export function endUse(use: Use): void {
  const { directory, producer, settings } = use
  writeEndMark(endPath(directory, producer))
  if (lock(use)) guard(() => successor().drain(directory, settings))
}

function lock({ directory, settings, digest }: Use): boolean {
  if (isLocked(directory) || faultOf(directory, settings, digest) !== undefined) return false
  return takeLock(directory)
}

function successor(): typeof import('./successor.js') {
  return require('./successor.js') as typeof import('./successor.js')
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

// Why this process must not be the listener: then another one takes over, or `logshare recover` finds the records.
function faultOf(
  directory: string,
  settings: Settings,
  digest: string | undefined,
): string | undefined {
  let fault: string | undefined
  try {
    fault = privateFault(directory)
  } catch {
    return 'it is gone'
  }
  if (digestOf(settings) !== digest) fault ??= 'its config.json is not the one of the application'
  if (fault !== undefined) {
    const reason = `the log is not taken over, 'logshare recover ${directory}' can write the rest: ${fault}`
    notice('LOGSHARE_WARN_LISTENER', reason, directory)
  }
  return fault
}

function writeEndMark(path: string): void {
  try {
    writeFileSync(path, startOf(process.pid), { mode: 0o600 })
  } catch {
    // Without the mark this process counts as alive, and its records are left for `logshare recover`.
  }
}
