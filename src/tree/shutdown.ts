// Shutdown: closes a host when its process exits, after relaying what children logged last.

import { writeUnwritten } from '../adapters/table.js'
import { levels } from '../core/levels.js'
import { process } from '../core/originals.js'
import type { Host } from '../listener/host.js'
import { shutGate } from '../queue/gate.js'
import { drainWorkers, endPrograms, expectLiving } from '../spawn/living.js'
import { onExit } from './exit.js'
import { endPending, retryPending } from './inbox.js'

/** Longest time (ms) an idle process waits for its children's records before it exits. */
const IDLE_LIMIT = 10_000

/**
 * Closes `host` at exit; calls `before` first, and `left` if there may be children that look for this process's loggers.
 * Returns the undo.
 */
export function closeAtExit(host: Host, before?: () => void, left?: () => void): () => void {
  const end = (): void => {
    before?.()
    endPrograms()
    expectLiving()
    if (host.hasDirectory && levels.changes > 0) left?.()
    shutGate()
    drainWorkers()
    host.close()
    endPending()
    writeUnwritten()
  }
  // Other libraries' loggers stop at exit: some close in an exit listener, some write only while the event loop runs.
  // So children's last records are relayed before either ends.
  const catchUp = (limit?: number): void => {
    host.drain(limit)
    retryPending()
  }
  return onExit(end, {
    hides: (worker) => host.isListener(worker),
    idle: () => catchUp(IDLE_LIMIT),
    // A capture callback that throws ends the process with code 7, and nobody is told.
    uncaught() {
      if (process.hasUncaughtExceptionCaptureCallback()) host.drain(undefined, true)
    },
    before() {
      drainWorkers()
      catchUp()
      writeUnwritten()
    },
  })
}
