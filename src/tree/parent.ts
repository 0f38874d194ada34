// Parent: what the root gives the workers and processes it starts: their names, their queues and the runtime directory.

import { existsSync } from 'node:fs'
import type { Settings } from '../config/options.js'
import { contextForChild } from '../core/context.js'
import { levels } from '../core/levels.js'
import { notice, reasonOf } from '../core/notice.js'
import { process, setTimeout } from '../core/originals.js'
import { stdioIds } from '../core/stdio.js'
import type { Host } from '../listener/host.js'
import { openGate } from '../queue/gate.js'
import {
  createNames,
  digestOf,
  type Inheritance,
  inheritancePath,
  NOWHERE,
  type Parent,
  type Place,
  readsPrograms,
  writeInheritance,
} from '../spawn/inherit.js'

/**
 * `prepare` is what `createPrepare` returns; `inheritance` gives what children start with, as of now; `report` notes the
 * end of a child.
 */
export function createParent(
  host: Host,
  inheritance: () => Inheritance,
  prepare: () => string,
  report: NonNullable<Parent['report']>,
): Parent {
  const name = createNames('root')
  return {
    forWorker(capture, isPortless = host.settings.queue === 'file') {
      const directory = attempt(prepare)
      const isFile = isPortless && directory !== undefined
      const queue = isFile
        ? ({ type: 'file', directory } as const)
        : createRingQueue(host, directory)
      const context = contextForChild()
      const digest = digestOf(host.settings)
      const gate = openGate()
      return {
        source: name('worker'),
        inheritance: inheritance(),
        capture,
        queue,
        digest,
        context,
        gate,
      }
    },
    forProcess(kind, isAwaited = false) {
      const source = name(kind)
      const directory = attempt(prepare, (error) => {
        const reason = `child processes cannot log through the root: ${reasonOf(error)}`
        notice('LOGSHARE_WARN_FAILED_OPEN', reason)
      })
      const context = contextForChild()
      return {
        directory: directory ?? NOWHERE,
        source,
        digest: digestOf(host.settings),
        ...(isAwaited && { isDirect: true }),
        ...(context && { context }),
      }
    },
    forPrograms() {
      if (!readsPrograms(host.settings, levels.hasReaders)) return undefined
      const directory = attempt(prepare)
      if (directory === undefined) return undefined
      const digest = digestOf(host.settings)
      return { directory, source: 'programs', stdio: stdioIds(), digest, name }
    },
    started: (isRunning) => host.startThread(isRunning),
    ended: () => host.drain(),
    get report() {
      return host.settings.lifecycle ? report : undefined
    },
  }
}

/**
 * The returned function makes the runtime directory if there is none, writes what children start with into it if that
 * has changed, and returns its path. It throws `LOGSHARE_ERR_DIR` or the system's error.
 */
export function createPrepare(host: Host, inheritance: () => Inheritance): () => string {
  let written: string | undefined
  return () => {
    const directory = host.openDirectory(() => findAbandoned(host.settings))
    const text = JSON.stringify(inheritance())
    // A cleaner of temporary files may have removed it.
    if (`${directory} ${text}` !== written || !existsSync(inheritancePath(directory)))
      writeInheritance(directory, text)
    written = `${directory} ${text}` // with the directory: a second installation has a new one
    return directory
  }
}

/** Calls `act`. If it throws, calls `failed` and returns undefined. */
export function attempt<T>(act: () => T, failed?: (error: unknown) => void): T | undefined {
  try {
    return act()
  } catch (error) {
    failed?.(error)
    return undefined
  }
}

/** Time (ms) after which a root that cannot resume another's log removes what dead roots have left. */
const SWEEP_DELAY = 1000

const later = setTimeout

// With LOGSHARE_DIR the directory is given, and none is searched for.
function findAbandoned(settings: Settings): string | undefined {
  if (process.env.LOGSHARE_DIR) return undefined
  const sweep = (): string | undefined => {
    return (require('./sweep.js') as typeof import('./sweep.js')).sweep(settings)
  }
  if (settings.handlers.some(({ type }) => type === 'file')) return sweep()
  later(sweep, SWEEP_DELAY).unref()
  return undefined
}

function createRingQueue(host: Host, directory: string | undefined): Place['queue'] {
  return { type: 'ring', ...host.prepareRing(), bell: host.bell, directory }
}
