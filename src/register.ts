// The preload: finds out what this thread is, the root, a child or neither, and puts logshare in its place.

import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import type { Settings } from './config/options.js'
import { sharedStdio } from './core/stdio.js'
import {
  readInheritance,
  takeProcessHand,
  WORKER_KEY,
  type WorkerHand,
  withJoined,
} from './spawn/inherit.js'
import { getSlot } from './tree/instance.js'
import { placeChild, placeRoot } from './tree/place.js'

/** Called by the preload file. `preloaded`: it was loaded by `-r`. Throws only for a root's wrong options. */
export function register(preloaded: boolean): void {
  if (isMainThread) registerProcess(preloaded)
  else registerThread(preloaded)
}

function registerProcess(preloaded: boolean): void {
  const hand = takeProcessHand(process.env)
  if (process.env.LOGSHARE_DISABLE === '1' || getSlot()?.uninstall) return
  if (!hand) {
    if (!joins(preloaded)) placeRoot(configured(), preloaded)
    return
  }
  const inheritance = withJoined(readInheritance(hand.directory), hand.joined)
  if (!inheritance) {
    placeRoot(undefined, preloaded) // its root has ended, or had no place for it: no file of the log is for it to open
    return
  }
  const queue = { type: 'file', directory: hand.directory } as const
  const capture = sharedStdio(inheritance.stdio)
  const { source, isDirect = false, joined } = hand
  placeChild({ source, inheritance, capture, queue, isDirect, joined }, preloaded)
}

// A thread without a hand is not the application's: a logging library's own, a loader's, or our listener.
function registerThread(preloaded: boolean): void {
  const hand = getEnvironmentData(WORKER_KEY) as WorkerHand | undefined
  if (!hand) return
  setEnvironmentData(WORKER_KEY, undefined as never)
  if (hand.execArgv) process.execArgv = [...hand.execArgv]
  if (process.env.LOGSHARE_DISABLE === '1' || getSlot()?.uninstall) return
  // Where ours had to go into the flags, Workers of this one inherit flags it is not to show: they get their own.
  placeChild(hand, preloaded && !hand.execArgv)
}

// A directory of the user's own may be that of a collector.
function joins(preloaded: boolean): boolean {
  if (!process.env.LOGSHARE_DIR) return false
  const { checkDirectory } = require('./core/directory.js') as typeof import('./core/directory.js')
  checkDirectory()
  const { join } = require('./tree/join.js') as typeof import('./tree/join.js')
  return join(undefined, preloaded) !== undefined
}

// Most processes have nothing configured, and load nothing to find that out.
function configured(): Settings | undefined {
  const { LOGSHARE_CONFIG, LOGSHARE_LEVEL } = process.env
  if (!LOGSHARE_CONFIG && !LOGSHARE_LEVEL) return undefined
  const { loadSettings } = require('./config/config.js') as typeof import('./config/config.js')
  return loadSettings(undefined)
}
