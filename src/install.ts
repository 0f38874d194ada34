// Installation in code: `install()`, for applications that do not preload.

import { isMainThread } from 'node:worker_threads'
import { loadSettings } from './config/config.js'
import type { Options } from './config/options.js'
import { checkDirectory } from './core/directory.js'
import { notice } from './core/notice.js'
import { getSlot } from './tree/instance.js'
import { join } from './tree/join.js'
import { placeRoot } from './tree/place.js'

/**
 * Installs logshare in this process: from now on every thread and process it starts logs through it. Call it before
 * anything is started. A second call changes nothing, and in a child a call does nothing: it has its root's options.
 * Returns the undo, which writes what is left and leaves the builtins as they were.
 * Throws `LogshareError` with `LOGSHARE_ERR_OPTION`, `_CONFIG`, `_DIR` or `_HANDLER`.
 */
export function install(options?: Options): () => void {
  if (process.env.LOGSHARE_DISABLE === '1') return () => {}
  const slot = getSlot()
  if (slot?.uninstall) {
    if (options && !slot.child) {
      notice('LOGSHARE_WARN_INSTALLED', 'already installed: the options of this call are not used')
    }
    return slot.child ? () => {} : slot.uninstall
  }
  if (!isMainThread) return () => {}
  checkDirectory()
  const left = process.env.LOGSHARE_DIR ? join(options, false) : undefined
  if (left) return left
  return placeRoot(loadSettings(options), false)
}
