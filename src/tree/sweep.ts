// Sweep: finds runtime directories of dead roots of this user in the default location, to resume or remove them.

import { readdirSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Settings } from '../config/options.js'
import { monotonic } from '../core/clock.js'
import { diagnose } from '../core/diagnostics.js'
import { checkOwned, listDirectories, removeDirectory } from '../core/directory.js'
import { dropLock, isLocked, takeLock } from '../core/lock.js'
import { wallNow } from '../core/originals.js'
import { isAlive } from '../core/process.js'
import { readCheckpoint } from '../listener/checkpoint.js'
import { hasLivingProducers } from '../listener/source.js'
import { FileReader } from '../queue/reader.js'
import { listProducers } from '../queue/segment.js'
import { readInheritance } from '../spawn/inherit.js'

/** Age (ms) from which unread records that were only to be printed on a terminal are discarded. */
const STALE = 24 * 60 * 60 * 1000
/** Longest time (ms) a sweep takes, because it delays the start of a root. The next root continues. */
const LIMIT = 20

/**
 * Goes through the runtime directories whose root is dead and that no process uses. Removes those without records that
 * are worth keeping. If a root had the same settings, with a file handler, takes the lock of its directory and returns
 * it, for this root's listener to resume. The others are left for `logshare recover`. Never throws.
 */
export function sweep(settings: Settings): string | undefined {
  const until = monotonic() + LIMIT
  for (const directory of listDirectories()) {
    if (monotonic() > until) break
    try {
      checkOwned(directory)
      if (isStarting(directory) || isLocked(directory) || hasLivingProducers(directory)) continue
      if (!takeLock(directory)) continue
      const kind = classify(directory, settings)
      diagnose('root', 'left by a dead root: %s: %s', directory, kind)
      if (kind === 'ours') return directory
      if (kind === 'empty') removeDirectory(directory)
      else dropLock(directory)
    } catch {
      // Another process removed the directory meanwhile, or this user may not read it.
    }
  }
  return undefined
}

// Whether its root, whose process id is in the name, has made the directory and not taken the lock yet.
function isStarting(directory: string): boolean {
  const isDraft = (name: string): boolean => name.endsWith('.lock.new')
  return readdirSync(directory).every(isDraft) && isAlive(Number.parseInt(basename(directory), 10))
}

function classify(directory: string, settings: Settings): 'ours' | 'empty' | 'others' {
  if (!hasUnread(directory)) return 'empty'
  const theirs = readInheritance(directory)?.settings
  const hasFile = settings.handlers.some(({ type }) => type === 'file')
  if (hasFile && JSON.stringify(theirs) === JSON.stringify(settings)) return 'ours'
  const isLasting = theirs?.handlers.some(({ type }) => type !== 'console')
  const age = wallNow() - statSync(directory).mtimeMs
  return !isLasting && age > STALE ? 'empty' : 'others'
}

function hasUnread(directory: string): boolean {
  const { positions } = readCheckpoint(directory)
  return [...listProducers(directory)].some(([producer, first]) => {
    const reader = new FileReader(directory, producer, positions[producer] ?? [first, 0])
    const frame = reader.peek()
    reader.close()
    return frame !== undefined
  })
}
