// Collector: the listener of `logshare collect`, for applications without a common root, and its inputs.

import type { Input } from '../collect/input.js'
import { openInput } from '../collect/open.js'
import { openInputQueue } from '../collect/queue.js'
import type { HandlerOptions } from '../config/handlers.js'
import type { InputOptions } from '../config/inputs.js'
import type { Settings } from '../config/options.js'
import { clockAnchor } from '../core/clock.js'
import { openDirectory } from '../core/directory.js'
import { LogshareError } from '../core/errors.js'
import type { RootLevels } from '../core/levels.js'
import { dropLock, holderOf, takeLock } from '../core/lock.js'
import { createRedact } from '../core/redact.js'
import { sweepFifos } from '../spawn/fifos.js'
import { type Inheritance, readInheritance, writeInheritance } from '../spawn/inherit.js'
import { serve } from './successor.js'

/**
 * Locks the directory, resumes where the last collector stopped, and opens the inputs. Resolves to a function that
 * stops the collector: it closes the inputs, then writes what is in the queues. Rejects with `LOGSHARE_ERR_DIR` if a
 * running process has the directory, or with `LOGSHARE_ERR_HANDLER`.
 */
export async function collect(
  path: string,
  given: Settings,
  inputs: readonly InputOptions[],
): Promise<() => Promise<void>> {
  const directory = openDirectory(path)
  lock(directory)
  const handlers = given.handlers.length > 0 ? given.handlers : PRINT
  const settings = { ...given, handlers, relay: false }
  const levels = writeMark(directory, settings)
  sweepFifos(directory)
  const policy = settings.overflow
  // Before the listener reads the queues: an input resumes after the last record that it finds in its old queue.
  const redact = createRedact(settings.redact)
  const queues = inputs.map((options) => openInputQueue(directory, options, policy, redact))
  const end = serve(directory, settings, levels)
  const opened: Input[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(opened.map((input) => input.close()))
    for (const queue of queues) queue.close()
    end()
  }
  try {
    for (const [index, options] of inputs.entries()) {
      const queue = queues[index]
      if (queue) opened.push(await openInput(options, queue.context))
    }
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

/**
 * Makes a collector's directory, so that applications can log into it before the first collector runs. Throws
 * `LOGSHARE_ERR_DIR`.
 */
export function prepare(path: string, settings: Settings): void {
  const directory = openDirectory(path)
  lock(directory)
  writeMark(directory, settings)
  dropLock(directory)
}

function lock(directory: string): void {
  if (takeLock(directory)) return
  const holder = holderOf(directory)
  const by = readInheritance(directory)?.isCollector ? 'collector' : 'application'
  throw new LogshareError(
    'LOGSHARE_ERR_DIR',
    `${directory}: in use by a running ${by}${holder === undefined ? '' : `, process ${holder}`}`,
  )
}

// Writes `config.json`, which applications start with. Its version grows when the levels change, so that running
// applications apply them.
function writeMark(directory: string, settings: Settings): RootLevels {
  const before = readInheritance(directory)
  const { level, levels } = settings
  const same = JSON.stringify([before?.level, before?.levels]) === JSON.stringify([level, levels])
  const version = (before?.version ?? 0) + (before && !same ? 1 : 0)
  const current: RootLevels = { version, level, levels, foreign: {} }
  const anchor = clockAnchor()
  const mark: Inheritance = { anchor, ...current, own: {}, settings, stdio: {}, isCollector: true }
  writeInheritance(directory, JSON.stringify(mark))
  return current
}

/** Without handlers, a collector prints the records: it has no loggers of its own. */
const PRINT: readonly HandlerOptions[] = [{ type: 'console', stream: 'stdout', format: 'auto' }]
