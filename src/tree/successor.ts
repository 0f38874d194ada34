// Successor: runs the listener of a runtime directory whose lock this process has taken.
//
// `takeOver` for a child after its root died, `serve` for a collector, `drain` to write what is left and end.

import type { Settings } from '../config/options.js'
import { diagnose } from '../core/diagnostics.js'
import type { RootLevels } from '../core/levels.js'
import { dropLock } from '../core/lock.js'
import { notice, reasonOf } from '../core/notice.js'
import { process } from '../core/originals.js'
import { checkHandler } from '../handlers/create.js'
import { checkFile } from '../handlers/file/handler.js'
import { Host } from '../listener/host.js'
import { OriginalWorker } from '../spawn/living.js'
import { takeLines } from './inbox.js'
import type { RecordHandler } from './instance.js'
import { closeAtExit } from './shutdown.js'

/**
 * Continues as the listener of `directory` after its root died: with the root's handlers, from the last checkpoint,
 * until this process ends. The caller holds the lock. Throws `LOGSHARE_ERR_HANDLER`.
 */
export function takeOver(directory: string, settings: Settings): void {
  checkOpenable(directory, settings)
  const host = createHost(settings)
  closeAtExit(host)
  host.takeOver(directory)
  tryMetrics(host, settings)
  diagnose('root', 'process %d takes over %s', process.pid, directory)
}

/**
 * Runs the listener of a collector's directory until the returned function is called. That function writes what is in
 * the queues and leaves the directory to the next collector. The caller holds the lock. Throws `LOGSHARE_ERR_HANDLER`.
 */
export function serve(directory: string, settings: Settings, levels: RootLevels): () => void {
  const host = createHost(settings, true)
  closeAtExit(host)
  host.sendLevels(levels.version, JSON.stringify(levels))
  host.takeOver(directory)
  const endMetrics = tryMetrics(host, settings)
  return () => {
    endMetrics?.()
    host.close()
  }
}

/**
 * Writes what is left in `directory` and returns the number of records; undefined if not all could be written. Removes
 * the directory unless records are left or it is a collector's (`keepsDirectory`). The caller holds the lock. Throws
 * `LOGSHARE_ERR_HANDLER`.
 */
export function drain(
  directory: string,
  settings: Settings,
  keepsDirectory = false,
): number | undefined {
  checkOpenable(directory, settings)
  const host = createHost(settings, keepsDirectory)
  return host.recover(directory) ? host.stats().records : undefined
}

// A handler that cannot be opened would be left out: its records stay in their queues instead.
function checkOpenable(directory: string, settings: Settings): void {
  try {
    for (const options of settings.handlers) {
      checkHandler(options)
      if (options.type === 'file') checkFile(options)
    }
  } catch (error) {
    dropLock(directory)
    throw error
  }
}

// The root's port is free again. This process may not find the package.
function tryMetrics(host: Host, { metrics }: Settings): (() => void) | undefined {
  if (!metrics) return undefined
  try {
    const { serveMetrics } = require('./scrape.js') as typeof import('./scrape.js')
    return serveMetrics(metrics, () => host.metrics())
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', reasonOf(error), 'metrics')
    return undefined
  }
}

function createHost(settings: Settings, keepsDirectory = false): Host {
  const none = new Set<RecordHandler>()
  return new Host({
    settings,
    keepsDirectory,
    Worker: OriginalWorker,
    take: (purpose, lines) => takeLines(none, purpose, lines),
  })
}
