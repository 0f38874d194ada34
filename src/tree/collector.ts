// The collector: the listener of a runtime directory for applications that share no parent, and its inputs.

import type { Input } from '../collect/input.js'
import { openInput } from '../collect/open.js'
import { openInputQueue } from '../collect/queue.js'
import type { InputOptions } from '../config/inputs.js'
import type { HandlerOptions, Settings } from '../config/options.js'
import { clockAnchor } from '../core/clock.js'
import { openDirectory } from '../core/directory.js'
import { LogshareError } from '../core/errors.js'
import type { RootLevels } from '../core/levels.js'
import { dropLock, holderOf, takeLock } from '../core/lock.js'
import { type Inheritance, readInheritance, writeInheritance } from '../spawn/inherit.js'
import { serve } from './root.js'

/**
 * Takes a directory, goes on where the collector before has stopped, and opens the inputs. Resolves with what ends it: the
 * inputs, then the queues, to their end. Throws `LOGSHARE_ERR_DIR` if somebody alive has the directory, or
 * `LOGSHARE_ERR_HANDLER`.
 */
export async function collect(
  path: string,
  given: Settings,
  inputs: readonly InputOptions[],
): Promise<() => Promise<void>> {
  const directory = openDirectory(path)
  lock(directory)
  const settings = { ...given, handlers: given.handlers.map(instead) }
  const levels = mark(directory, settings)
  const policy = settings.overflow
  // Before anybody reads what inputs have left in the queues: the last of it is where they go on.
  const queues = inputs.map((options) => openInputQueue(directory, options, policy))
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
      if (queue) opened.push(await openInput(options, queue.place))
    }
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

/** Makes a directory one that applications log into before a collector was ever there. Throws `LOGSHARE_ERR_DIR`. */
export function prepare(path: string, settings: Settings): void {
  const directory = openDirectory(path)
  lock(directory)
  mark(directory, settings)
  dropLock(directory)
}

function lock(directory: string): void {
  if (takeLock(directory)) return
  const holder = holderOf(directory)
  const by = readInheritance(directory)?.isCollector ? 'collector' : 'application'
  throw new LogshareError(
    'LOGSHARE_ERR_DIR',
    `${directory}: in use by a living ${by}${holder === undefined ? '' : `, process ${holder}`}`,
  )
}

// What applications start with. The version grows with each change of levels, for those that run already.
function mark(directory: string, settings: Settings): RootLevels {
  const before = readInheritance(directory)
  const { level, levels } = settings
  const same = JSON.stringify([before?.level, before?.levels]) === JSON.stringify([level, levels])
  const version = (before?.version ?? 0) + (before && !same ? 1 : 0)
  const told: RootLevels = { version, level, levels, foreign: {} }
  const anchor = clockAnchor()
  const mark: Inheritance = { anchor, ...told, own: {}, settings, stdio: {}, isCollector: true }
  writeInheritance(directory, JSON.stringify(mark))
  return told
}

// There is no logger here to give records back to.
function instead(handler: HandlerOptions): HandlerOptions {
  return handler.type === 'relay' ? { ...handler, type: 'console', stream: 'stdout' } : handler
}
