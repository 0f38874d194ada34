// Sweep: what dead roots of this user have left in the default place. It is gone on with, removed, or left to `recover`.

import { readdirSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Settings } from '../config/options.js'
import { monotonic } from '../core/clock.js'
import { diagnose } from '../core/diagnostics.js'
import { checkOwned, listDirectories, removeDirectory } from '../core/directory.js'
import { dropLock, isLocked, takeLock } from '../core/lock.js'
import { isAlive } from '../core/process.js'
import { hasLivingProducers } from '../listener/source.js'
import { readState } from '../listener/state.js'
import { FileReader } from '../queue/reader.js'
import { listProducers } from '../queue/segment.js'
import { readInheritance } from '../spawn/inherit.js'

/** Milliseconds after which records that were on their way to a terminal are of no use any more. */
const STALE = 24 * 60 * 60 * 1000
/** Milliseconds after which the rest is left to the next root: where much is left over, nobody's start is to pay for it. */
const LIMIT = 20

/**
 * Looks through the runtime directories whose root is dead and that no process uses. Returns one that held records for
 * the same log files, its lock taken: our listener goes on with it. Removes those that hold nothing unread. Never throws.
 */
export function sweep(settings: Settings): string | undefined {
  const until = monotonic() + LIMIT
  for (const directory of listDirectories()) {
    if (monotonic() > until) break
    try {
      checkOwned(directory)
      if (isBeginning(directory) || isLocked(directory) || hasLivingProducers(directory)) continue
      if (!takeLock(directory)) continue
      const found = judge(directory, settings)
      diagnose('root', 'left by a dead root: %s: %s', directory, found)
      if (found === 'ours') return directory
      if (found === 'nothing') removeDirectory(directory)
      else dropLock(directory)
    } catch {
      // Somebody else has taken it away meanwhile, or it is not ours to look into.
    }
  }
  return undefined
}

// Its root, whose process id is in its name, has made it and not yet taken its lock.
function isBeginning(directory: string): boolean {
  return readdirSync(directory).length === 0 && isAlive(Number.parseInt(basename(directory), 10))
}

function judge(directory: string, settings: Settings): 'ours' | 'nothing' | 'others' {
  if (!hasUnread(directory)) return 'nothing'
  const theirs = readInheritance(directory)?.settings
  const hasFile = settings.handlers.some(({ type }) => type === 'file')
  if (hasFile && JSON.stringify(theirs) === JSON.stringify(settings)) return 'ours'
  const isLasting = theirs?.handlers.some(({ type }) => type !== 'console' && type !== 'relay')
  const age = Date.now() - statSync(directory).mtimeMs
  return !isLasting && age > STALE ? 'nothing' : 'others'
}

function hasUnread(directory: string): boolean {
  const { positions } = readState(directory)
  return [...listProducers(directory)].some(([producer, first]) => {
    const reader = new FileReader(directory, producer, positions[producer] ?? [first, 0])
    const frame = reader.peek()
    reader.close()
    return frame !== undefined
  })
}
