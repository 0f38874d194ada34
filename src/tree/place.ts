// Place: makes this thread the root or a child, and loads the code for that role with its first record or child.
//
// This file and its imports are loaded into every process. Everything else is loaded by `require` when it is needed.

import { accessSync, constants, existsSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { ADAPTER_NAMES, installAdapters } from '../adapters/table.js'
import type { Settings } from '../config/options.js'
import { levels } from '../core/levels.js'
import { noticeByStream } from '../core/notice.js'
import { setTimeout } from '../core/originals.js'
import { patchChildProcess } from '../spawn/child-process.js'
import { isCollecting, ownsTerminal, type Parent, type Place } from '../spawn/inherit.js'
import { patchWorker } from '../spawn/worker.js'
import type { Follower } from './follower.js'
import { createSlot, getSlot, type Instance, type Slot, setSlot } from './instance.js'

/**
 * Makes this thread the root; returns the undo. Without settings, or with the relay as the only handler, the listener
 * is created with the first record or child. `preloaded`: logshare was loaded with `-r`, which Workers inherit. Throws
 * `LOGSHARE_ERR_HANDLER`.
 */
export function placeRoot(settings: Settings | undefined, preloaded: boolean): () => void {
  const before = getSlot()
  let undoRoot: (() => void) | undefined
  const make = (): Instance => {
    const complete = settings ?? defaults()
    const root = before?.get() ?? makeRoot(complete)
    undoRoot = root.install?.(complete)
    return root
  }
  const isOpen = !settings || !load('../config/config.js').isConfigured(settings, ADAPTER_NAMES)
  const slot = createSlot(make, {
    child: false,
    become: isOpen ? (changed) => becomeRoot(slot, changed, preloaded) : undefined,
  })
  const collects = settings !== undefined && isCollecting(settings)
  const isOwned = settings !== undefined && ownsTerminal(settings)
  if (before || collects) slot.get()
  const unpatch = patchSpawn(() => slot.get().parent, preloaded)
  const unadapt = installAdapters(settings?.adapters, {
    registry: () => slot.get().registry,
    capture: { stdout: true, stderr: true },
    role: collects ? 'copy' : 'track',
    isChild: false,
    relays: false,
    collects,
    isTerminalOwned: isOwned,
    isDescriptorOwned: isOwned,
    redacts: settings !== undefined && settings.redact.length > 0,
    streams: settings?.streams,
    levels,
  })
  return publish(slot, () => {
    unadapt()
    unpatch()
    if (!undoRoot) return
    undoRoot()
    setSlot(createSlot(() => slot.get(), { child: false })) // loggers that exist stay usable, without children
  })
}

/** Makes this thread a child; returns the undo. Its queue is created with its first record or child. */
export function placeChild(place: Place, preloaded: boolean): () => void {
  const { follower, connect } = followLater(place)
  // What is logged meanwhile, by hooks of `require` for example, is not captured: there is no queue yet.
  let isMade = false
  const make = (): Instance => {
    isMade = true
    return load('../adapters/kit/adapter.js').whileRelaying(() => makeChild(place, follower))
  }
  if (place.isDetached) load('./silent.js').endAtExit(place, () => isMade)
  const slot = createSlot(make, {
    child: true,
    settings: place.inheritance.settings,
    made() {
      const { diagnose } = load('../core/diagnostics.js')
      diagnose('child', '%s installed, captured: %o', place.source, place.capture)
      connect()
    },
    become: isLaunched(place) ? (changed) => becomeRoot(slot, changed, preloaded) : undefined,
  })
  const unpatch = patchSpawn(() => slot.get().parent, preloaded)
  const unpost = isMainThread ? undefined : load('../spawn/output.js').postAtOnce()
  if (!isMainThread) noticeByStream()
  const { settings, foreign } = place.inheritance
  levels.replace(foreign)
  levels.attended = connect
  const { isDirect = false, isCopied = false } = place
  const isCollector = place.inheritance.isCollector ?? false
  const collects = isCollecting(settings)
  // While the root waits in `spawnSync`, and where the listener is a collector's, no logger of the root can write.
  const relays = settings.relay && !isDirect && !isCopied && !isCollector
  const isOwned = ownsTerminal(settings) && !isCollector
  const unadapt = installAdapters(settings.adapters, {
    registry: () => slot.get().registry,
    capture: place.capture,
    role: relays ? 'take' : 'copy',
    isChild: true,
    relays,
    collects,
    isTerminalOwned: isOwned && !(!isMainThread && watchesStreams(settings)),
    isDescriptorOwned: isOwned,
    redacts: settings.redact.length > 0,
    streams: settings.streams,
    levels,
  })
  const uninstall = publish(slot, () => {
    levels.attended = undefined
    unadapt()
    unpost?.()
    unpatch()
  })
  if (place.birth) slot.get() // which reports the start
  return uninstall
}

// Whether this is the main thread of a process below a launcher: a root that has no configuration.
function isLaunched({ inheritance, queue }: Place): boolean {
  const { isConfigured = true, isCollector = false } = inheritance
  return isMainThread && queue.type === 'file' && !isConfigured && !isCollector
}

function becomeRoot(slot: Slot, settings: Settings, preloaded: boolean): () => void {
  slot.uninstall?.()
  return placeRoot(settings, preloaded)
}

// Whether a process leaves out what its workers have captured, and its console handler shows.
function watchesStreams({ adapters }: Settings): boolean {
  return ['stdout', 'stderr'].every((name) => adapters.includes(name))
}

/** Time (ms) before a child connects to receive levels. A child that ends sooner does not pay for the connection. */
const FOLLOW_DELAY = 20

const later = setTimeout

// `connect` is called as soon as there is a logger, of logshare or another library. It does nothing if the runtime
// directory is gone.
function followLater(place: Place): { follower: () => Follower; connect: () => void } {
  let follower: Follower | undefined
  let isAsked = false
  const get = (): Follower => {
    follower ??= load('./follower.js').createFollower(place)
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

/** This thread's instance. Without an installation it is a root that logs itself and ignores its children. */
export function instance(): Instance {
  let slot = getSlot()
  if (!slot) {
    slot = createSlot(makeLoneRoot, { child: false })
    setSlot(slot)
  }
  return slot.get()
}

// Returns the function that uninstalls.
function publish(slot: Slot, undo: () => void): () => void {
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
  if ('Worker' in globalThis)
    undo.push(load('../spawn/web-worker.js').patchWebWorker(failOpen, preloaded))
  return () => {
    for (const each of undo) each()
  }
}

const makeRoot = (settings: Settings): Instance => load('./root.js').createRoot(settings)

// A child whose root has ended and removed the runtime directory logs by itself, with default options: it must not open
// the root's log files.
function makeChild(place: Place, follower: () => Follower): Instance {
  const { queue } = place
  if (queue.type === 'file' && !mayUse(queue.directory)) {
    const root = makeRoot(defaults())
    root.install?.(defaults()) // closes it at exit: its children have a runtime directory
    return root
  }
  return load('./child.js').createChild(place, follower())
}

// Another user may not, for example after `process.setuid()`.
function mayUse(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && directory) {
      const { notice, reasonOf } = load('../core/notice.js')
      const reason = `this process may not use the log of its parent, and prints: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_FAILED_OPEN', reason, 'other users')
    }
    return false
  }
}

// Called by `getLogger()` without an installation. That must not throw, so wrong options become a warning.
function makeLoneRoot(): Instance {
  if (!isMainThread) return makeRoot(defaults()) // a thread without a place must not open the root's files
  try {
    return makeRoot(load('../config/config.js').loadSettings(undefined, ADAPTER_NAMES))
  } catch (error) {
    const { notice, reasonOf } = load('../core/notice.js')
    notice('LOGSHARE_WARN_FAILED_OPEN', `logging with the defaults: ${reasonOf(error)}`)
    return makeRoot(defaults())
  }
}

function defaults(): Settings {
  return load('../config/options.js').checkOptions({}, ADAPTER_NAMES)
}

// Each with its path in a call of `require`, so that bundlers find it.
const LAZY = {
  '../adapters/kit/adapter.js': () =>
    require('../adapters/kit/adapter.js') as typeof import('../adapters/kit/adapter.js'),
  '../core/diagnostics.js': () =>
    require('../core/diagnostics.js') as typeof import('../core/diagnostics.js'),
  './root.js': () => require('./root.js') as typeof import('./root.js'),
  './child.js': () => require('./child.js') as typeof import('./child.js'),
  './follower.js': () => require('./follower.js') as typeof import('./follower.js'),
  './silent.js': () => require('./silent.js') as typeof import('./silent.js'),
  '../spawn/output.js': () => require('../spawn/output.js') as typeof import('../spawn/output.js'),
  '../spawn/web-worker.js': () =>
    require('../spawn/web-worker.js') as typeof import('../spawn/web-worker.js'),
  '../config/config.js': () =>
    require('../config/config.js') as typeof import('../config/config.js'),
  '../core/notice.js': () => require('../core/notice.js') as typeof import('../core/notice.js'),
  '../config/options.js': () =>
    require('../config/options.js') as typeof import('../config/options.js'),
}

function load<K extends keyof typeof LAZY>(path: K): ReturnType<(typeof LAZY)[K]> {
  return LAZY[path]() as ReturnType<(typeof LAZY)[K]>
}
