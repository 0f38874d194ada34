// The preload: finds out what this thread is, the root, a child or neither, and puts logshare in its place.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { sharedStdio } from './core/stdio.js'
import { installChild, installRoot } from './install.js'
import { getSlot } from './instance.js'
import { type Inheritance, takeProcessHand, WORKER_KEY, type WorkerHand } from './spawn/inherit.js'

/** Called by the preload file. `preloaded`: it was loaded by `-r`. Throws only for a root's wrong options. */
export function register(preloaded: boolean): void {
  if (isMainThread) registerProcess(preloaded)
  else registerThread(preloaded)
}

function registerProcess(preloaded: boolean): void {
  const hand = takeProcessHand(process.env)
  if (process.env.LOGSHARE_DISABLE === '1' || getSlot()?.uninstall) return
  const inheritance = hand && readInheritance(hand.directory)
  if (!hand || !inheritance) {
    installRoot(undefined, preloaded)
    return
  }
  const queue = { type: 'file', directory: hand.directory } as const
  const capture = sharedStdio(inheritance.stdio)
  installChild({ source: hand.source, inheritance, capture, queue }, preloaded)
}

// A thread without a hand is not the application's: a logging library's own, a loader's, or our listener.
function registerThread(preloaded: boolean): void {
  const hand = getEnvironmentData(WORKER_KEY) as WorkerHand | undefined
  if (!hand) return
  setEnvironmentData(WORKER_KEY, undefined as never)
  if (hand.execArgv) process.execArgv = [...hand.execArgv]
  if (process.env.LOGSHARE_DISABLE === '1' || getSlot()?.uninstall) return
  // Where ours had to go into the flags, Workers of this one inherit flags it is not to show: they get their own.
  installChild(hand, preloaded && !hand.execArgv)
}

// Gone with a root that has ended: then this process is on its own.
function readInheritance(directory: string): Inheritance | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8')) as Inheritance
  } catch {
    return undefined
  }
}
