// Installation: puts a root or a child in its place in this thread, and takes it out again.

import { isMainThread } from 'node:worker_threads'
import { installAdapters } from './adapters/table.js'
import { createChild, type Place } from './child.js'
import { loadSettings } from './core/config.js'
import { checkDirectory } from './core/directory.js'
import { notice } from './core/notice.js'
import { checkOptions, type Options } from './core/options.js'
import { createSlot, getSlot, type Instance, type Slot, setSlot } from './instance.js'
import { createRoot, isCollecting } from './root.js'
import { patchChildProcess } from './spawn/child-process.js'
import type { Parent } from './spawn/inherit.js'
import { patchWorker } from './spawn/worker.js'

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
  return installRoot(options, false)
}

/** The instance of this thread; without an installation one that starts no children but logs all the same. */
export function instance(): Instance {
  let slot = getSlot()
  if (!slot) {
    slot = createSlot(createLenientRoot, false)
    setSlot(slot)
  }
  return slot.get()
}

/**
 * Makes this thread the root. With nothing configured the listener, the handlers and all else wait for the first
 * record or child. `preloaded`: Workers inherit our `-r`.
 */
export function installRoot(options: Options | undefined, preloaded: boolean): () => void {
  checkDirectory()
  const settings = loadSettings(options)
  const before = getSlot()
  let undoRoot: (() => void) | undefined
  const slot = createSlot(() => {
    const root = before?.get() ?? createRoot(settings)
    undoRoot = root.install?.(settings)
    return root
  }, false)
  if (before || isCollecting(settings)) slot.get()
  const unpatch = patchSpawn(() => slot.get().parent, preloaded)
  return settle(slot, () => {
    unpatch()
    if (!undoRoot) return
    undoRoot()
    setSlot(createSlot(() => slot.get(), false)) // loggers there are go on, without children
  })
}

/** Makes this thread a child; its queue is made with its first record or child. */
export function installChild(place: Place, preloaded: boolean): () => void {
  const slot = createSlot(() => createChild(place), true)
  const unpatch = patchSpawn(() => slot.get().parent, preloaded)
  const unadapt = installAdapters(place.inheritance.adapters, {
    registry: () => slot.get().registry,
    capture: place.capture,
    copy: false,
  })
  return settle(slot, () => {
    unadapt()
    unpatch()
  })
}

function settle(slot: Slot, undo: () => void): () => void {
  const uninstall = (): void => {
    if (getSlot() !== slot) return
    setSlot(undefined)
    undo()
  }
  slot.uninstall = uninstall
  setSlot(slot)
  return uninstall
}

function patchSpawn(parent: () => Parent, preloaded: boolean): () => void {
  const failOpen = (): Parent | undefined => {
    try {
      return parent()
    } catch (error) {
      notice('LOGSHARE_WARN_FAILED_OPEN', `children start without logshare: ${String(error)}`)
      return undefined
    }
  }
  const undo = [patchWorker(failOpen, preloaded), patchChildProcess(failOpen)]
  return () => {
    for (const each of undo) each()
  }
}

// getLogger() may be the first call of all, and then wrong options are told rather than thrown.
function createLenientRoot(): Instance {
  try {
    return createRoot(loadSettings(undefined))
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', `logging with the defaults: ${String(error)}`)
    return createRoot(checkOptions({}))
  }
}
