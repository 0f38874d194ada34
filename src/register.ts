// Register: finds out whether this thread is the root, a child or neither, and installs logshare accordingly.

import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { ADAPTER_NAMES } from './adapters/table.js'
import { nearbyFolder } from './config/nearby.js'
import type { Settings } from './config/options.js'
import { notice } from './core/notice.js'
import { process } from './core/originals.js'
import { sharedStdio } from './core/stdio.js'
import {
  readInheritance,
  takeProcessHand,
  WORKER_KEY,
  type WorkerHand,
  withJoined,
} from './spawn/inherit.js'
import { mayName } from './spawn/preload.js'
import { getSlot } from './tree/instance.js'
import { placeChild, placeRoot } from './tree/place.js'

/**
 * Called by the preload file. `preloaded`: the file was loaded by `-r`. In a root it throws `LogshareError` for wrong
 * options.
 */
export function register(preloaded: boolean): void {
  if (isMainThread) registerProcess(preloaded)
  else registerThread(preloaded)
}

function registerProcess(preloaded: boolean): void {
  const hand = takeProcessHand(process.env)
  nameByPath(process.env)
  if (process.env.LOGSHARE_DISABLE === '1' || getSlot()?.uninstall) return
  if (!hand) {
    if (!joins(preloaded)) placeRoot(configured(), preloaded)
    return
  }
  const refused = (reason: string): void => {
    notice('LOGSHARE_WARN_FAILED_OPEN', `this process logs by itself: ${reason}`, 'directory')
  }
  const inheritance = withJoined(readInheritance(hand.directory, refused), hand.joined)
  if (inheritance?.isConfigured === false && !inheritance.isCollector && nearbyFolder()) {
    placeRoot(load(), preloaded) // what started this process has no configuration: a launcher
    return
  }
  if (!inheritance) {
    // The root has ended or could not make a runtime directory, or it is another user's application. This process must not
    // open the root's log files.
    placeRoot(undefined, preloaded)
    return
  }
  const queue = { type: 'file', directory: hand.directory } as const
  const capture = sharedStdio(inheritance.stdio)
  const { directory: _directory, ...place } = hand
  placeChild({ ...place, inheritance, capture, queue }, preloaded)
}

// A name that Node looks up in the folder where the process was started would not be found from another one: by a
// Worker after `process.chdir()`, or by a program that gets these variables in a way of its own.
function nameByPath(env: NodeJS.ProcessEnv): void {
  if (env.NODE_OPTIONS === undefined || !mayName(env.NODE_OPTIONS)) return
  const { repairOptions } = require('./spawn/flag.js') as typeof import('./spawn/flag.js')
  const { options } = repairOptions(env.NODE_OPTIONS)
  if (options !== env.NODE_OPTIONS) env.NODE_OPTIONS = options
}

// A thread that was handed nothing is not the application's: it belongs to a logging library or a loader, or it is the
// listener thread.
function registerThread(preloaded: boolean): void {
  const hand = getEnvironmentData(WORKER_KEY) as WorkerHand | undefined
  if (!hand) return
  setEnvironmentData(WORKER_KEY, undefined as never)
  if (hand.execArgv) process.execArgv = [...hand.execArgv]
  if (hand.options === null) delete process.env.NODE_OPTIONS
  else if (hand.options !== undefined) process.env.NODE_OPTIONS = hand.options
  if (process.env.LOGSHARE_DISABLE === '1' || getSlot()?.uninstall) return
  // With `hand.execArgv`, our `-r` was added to this Worker's flags and is hidden from it above. Its own Workers would
  // inherit the flag and show it, so they get explicit flags.
  placeChild(hand, preloaded && !hand.execArgv)
}

// Joins a collector if LOGSHARE_DIR is a collector's directory.
function joins(preloaded: boolean): boolean {
  if (!process.env.LOGSHARE_DIR) return false
  const { checkDirectory } = require('./core/directory.js') as typeof import('./core/directory.js')
  checkDirectory()
  const { join } = require('./tree/join.js') as typeof import('./tree/join.js')
  return join(undefined, preloaded) !== undefined
}

// Loads the configuration's code only if there is a configuration.
function configured(): Settings | undefined {
  const { LOGSHARE_CONFIG, LOGSHARE_LEVEL } = process.env
  if (!LOGSHARE_CONFIG && !LOGSHARE_LEVEL && !nearbyFolder()) return undefined
  return load()
}

function load(): Settings {
  const { loadSettings } = require('./config/config.js') as typeof import('./config/config.js')
  return loadSettings(undefined, ADAPTER_NAMES)
}
