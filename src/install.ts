// Install: `install()`, for applications that do not preload logshare.

import { isMainThread } from 'node:worker_threads'
import { ADAPTER_NAMES } from './adapters/table.js'
import { loadSettings } from './config/config.js'
import type { Options } from './config/options.js'
import { checkDirectory } from './core/directory.js'
import { notice } from './core/notice.js'
import { process } from './core/originals.js'
import { getSlot, type Slot } from './tree/instance.js'
import { join } from './tree/join.js'
import { placeRoot } from './tree/place.js'

/**
 * Installs logshare in this process. Every thread and process that it starts afterwards logs through it. Call it at the
 * start of the application, on the main thread. Where logshare is preloaded and the root process has no configuration, the
 * call makes this process the root of its own tree. Otherwise a second call, or a call in a child, has no effect: the
 * root's options apply, and other options lead to a warning (`LOGSHARE_WARN_INSTALLED`). With `LOGSHARE_DISABLE=1` it does
 * nothing.
 *
 * @param options - Options that take precedence over those of `LOGSHARE_CONFIG`; `LOGSHARE_LEVEL` takes precedence over
 *   both. All are optional; `Options` documents the defaults.
 * @returns A function that uninstalls: it writes all records and restores Node's built-in modules. Loggers stay usable.
 * @throws `LogshareError` with the code `LOGSHARE_ERR_OPTION` (wrong option), `LOGSHARE_ERR_CONFIG` (`LOGSHARE_CONFIG`
 *   cannot be read), `LOGSHARE_ERR_DIR` (`LOGSHARE_DIR` cannot be used) or `LOGSHARE_ERR_HANDLER` (a handler cannot be
 *   opened).
 * @example
 * const uninstall = install({ level: 'debug', handlers: [{ type: 'file', path: 'app.log' }] })
 */
export function install(options?: Options): () => void {
  if (process.env.LOGSHARE_DISABLE === '1') return () => {}
  const slot = getSlot()
  if (slot?.uninstall) {
    if (options && slot.become) return slot.become(loadSettings(options, ADAPTER_NAMES))
    if (options && !isSame(options, slot)) {
      const why = slot.child ? 'the root process has a configuration' : 'already installed'
      notice('LOGSHARE_WARN_INSTALLED', `${why}: the options of this call are not used`)
    }
    return slot.child ? () => {} : slot.uninstall
  }
  if (!isMainThread) return () => {}
  checkDirectory()
  const leave = process.env.LOGSHARE_DIR ? join(options, false) : undefined
  if (leave) return leave
  return placeRoot(loadSettings(options, ADAPTER_NAMES), false)
}

// A child runs the same code as its root: options that the root has as well are no news. Wrong ones are the root's error.
function isSame(options: Options, { child, settings }: Slot): boolean {
  if (!child) return false
  try {
    return JSON.stringify(loadSettings(options, ADAPTER_NAMES)) === JSON.stringify(settings)
  } catch {
    return true
  }
}
