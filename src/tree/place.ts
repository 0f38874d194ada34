// Place: makes this thread the root or a child, at next to no cost until its first record or child.
//
// This file and what it imports are loaded into every process; everything else waits behind `require`.

import { existsSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { installAdapters } from '../adapters/table.js'
import type { Settings } from '../config/options.js'
import { levels } from '../core/levels.js'
import { patchChildProcess } from '../spawn/child-process.js'
import { isCollecting, isRelaying, type Parent, type Place } from '../spawn/inherit.js'
import { patchWorker } from '../spawn/worker.js'
import type { Follower } from './follow.js'
import { createSlot, getSlot, type Instance, type Slot, setSlot } from './instance.js'

type Make<T> = (settings: T) => Instance

/**
 * Makes this thread the root. Without settings nothing was configured: the listener, the handlers and all else wait
 * for the first record or child. `preloaded`: Workers inherit our `-r`. Throws `LOGSHARE_ERR_HANDLER`.
 */
export function placeRoot(settings: Settings | undefined, preloaded: boolean): () => void {
  const before = getSlot()
  let undoRoot: (() => void) | undefined
  const slot = createSlot(() => {
    const complete = settings ?? defaults()
    const root = before?.get() ?? makeRoot(complete)
    undoRoot = root.install?.(complete)
    return root
  }, false)
  const collects = settings !== undefined && isCollecting(settings)
  if (before || collects) slot.get()
  const unpatch = patchSpawn(() => slot.get().parent, preloaded)
  const unadapt = installAdapters(settings?.adapters, {
    registry: () => slot.get().registry,
    capture: { stdout: true, stderr: true },
    role: collects ? 'copy' : 'track',
    relays: false,
    collects,
    levels,
  })
  return settle(slot, () => {
    unadapt()
    unpatch()
    if (!undoRoot) return
    undoRoot()
    setSlot(createSlot(() => slot.get(), false)) // loggers that exist go on, without children
  })
}

/** Makes this thread a child; its queue is made with its first record or child. */
export function placeChild(place: Place, preloaded: boolean): () => void {
  const { follower, connect } = followLater(place)
  const slot = createSlot(
    () => makeChild(place, follower),
    true,
    () => {
      const { diagnose } = load('../core/diagnostics.js')
      diagnose('child', '%s in place, captured: %o', place.source, place.capture)
      connect()
    },
  )
  const unpatch = patchSpawn(() => slot.get().parent, preloaded)
  const { settings, foreign } = place.inheritance
  levels.replace(foreign)
  levels.attended = connect
  const isDirect = place.isDirect ?? false
  const collects = isCollecting(settings)
  const adapters = isDirect && !collects ? [] : settings.adapters
  const unadapt = installAdapters(adapters, {
    registry: () => slot.get().registry,
    capture: place.capture,
    role: isDirect || place.isCopied ? 'copy' : 'take',
    relays: isRelaying(settings),
    collects,
    levels,
  })
  return settle(slot, () => {
    levels.attended = undefined
    unadapt()
    unpatch()
  })
}

/** Milliseconds a child runs before it has itself told of levels: what ends sooner pays nothing for it. */
const FOLLOW_DELAY = 20

// As it is now: an application's tests put others in its place.
const later = setTimeout

// Once there are loggers, of ours or of others. A child whose runtime directory is gone has nobody to follow.
function followLater(place: Place): { follower: () => Follower; connect: () => void } {
  let follower: Follower | undefined
  let isAsked = false
  const get = (): Follower => {
    follower ??= load('./follow.js').createFollower(place)
    return follower
  }
  const connect = (): void => {
    if (isAsked) return
    isAsked = true
    later(() => {
      if (place.queue.type === 'ring' || existsSync(place.queue.directory)) get().connect()
    }, FOLLOW_DELAY).unref()
  }
  return { follower: get, connect }
}

/** The instance of this thread; without an installation one that starts no children but logs all the same. */
export function instance(): Instance {
  let slot = getSlot()
  if (!slot) {
    slot = createSlot(makeLoneRoot, false)
    setSlot(slot)
  }
  return slot.get()
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
      const { notice } = load('../core/notice.js')
      notice('LOGSHARE_WARN_FAILED_OPEN', `children start without logshare: ${String(error)}`)
      return undefined
    }
  }
  const undo = [patchWorker(failOpen, preloaded), patchChildProcess(failOpen)]
  return () => {
    for (const each of undo) each()
  }
}

const makeRoot: Make<Settings> = (settings) => load('./root.js').createRoot(settings)

// Where the runtime directory is gone with its root, a child is on its own; it opens none of the log's files.
function makeChild(place: Place, follower: () => Follower): Instance {
  const { queue } = place
  if (queue.type === 'file' && !existsSync(queue.directory)) return makeRoot(defaults())
  return load('./child.js').createChild(place, follower())
}

// getLogger() may be the first call of all, and then what is wrong is told rather than thrown.
function makeLoneRoot(): Instance {
  if (!isMainThread) return makeRoot(defaults()) // not placed by us: it must not open the root's files
  try {
    return makeRoot(load('../config/config.js').loadSettings(undefined))
  } catch (error) {
    const { notice, reasonOf } = load('../core/notice.js')
    notice('LOGSHARE_WARN_FAILED_OPEN', `logging with the defaults: ${reasonOf(error)}`)
    return makeRoot(defaults())
  }
}

function defaults(): Settings {
  return load('../config/options.js').checkOptions({})
}

interface Later {
  '../core/diagnostics.js': typeof import('../core/diagnostics.js')
  './root.js': typeof import('./root.js')
  './child.js': typeof import('./child.js')
  './follow.js': typeof import('./follow.js')
  '../config/config.js': typeof import('../config/config.js')
  '../core/notice.js': typeof import('../core/notice.js')
  '../config/options.js': typeof import('../config/options.js')
}

function load<K extends keyof Later>(path: K): Later[K] {
  return require(path) as Later[K]
}
