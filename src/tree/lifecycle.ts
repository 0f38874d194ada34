// Lifecycle: writes a child's notes about its start and its exit, and a parent's about the ends of its children.

import { performance } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { LEVELS } from '../core/level.js'
import {
  type Birth,
  type ChildEnd,
  type ExitNote,
  encodeStart,
  LIFECYCLE_LOGGER,
  type Note,
  parentOf,
} from '../core/lifecycle.js'
import { process } from '../core/originals.js'
import type { Registry } from '../logger/registry.js'
import { onExit } from './exit.js'

/** In a child: notes and logs its start, before its first record, and notes its exit. */
export function announce(registry: Registry, { kind, script, by }: Birth): void {
  const { queue } = registry
  const { source } = queue.origin
  const limit = limitOf(registry)
  const isLogged = LEVELS.info >= limit
  const child = {
    ...queue.origin,
    kind,
    script: script ?? (isMainThread ? process.argv[1] : undefined),
    parent: parentOf(source),
    by,
  }
  const isDirect = !isMainThread || process.ppid === by
  const since = monotonic() - performance.now()
  note(registry, { ...child, event: 'start', isDirect, since, isLogged, limit })
  if (isLogged) queue.handle(LEVELS.info, LIFECYCLE_LOGGER, encodeStart(child))
  noteExit(registry)
}

function noteExit(registry: Registry): void {
  const { pid, tid } = registry.queue.origin
  let isUncaught = false
  let isNoted = false
  onExit(
    (code, isFailure) => {
      if (isNoted) return
      isNoted = true
      const isCrash = isUncaught || isFailure
      note(registry, { event: 'exit', pid, tid, code, isCrash } satisfies ExitNote)
    },
    {
      // With a handler, the application decides what happens.
      uncaught() {
        const hasHandler = process.listenerCount('uncaughtException') > 0
        isUncaught = !hasHandler && !process.hasUncaughtExceptionCaptureCallback()
      },
    },
  )
}

/** In a parent: notes the end of a child. */
export function report(registry: Registry, end: ChildEnd): void {
  const { source, pid } = registry.queue.origin
  const limit = limitOf(registry)
  note(registry, { ...end, event: 'end', parent: source, by: pid, limit })
}

// The level that was set for the logger `logshare` itself counts, that of the root logger does not.
function limitOf(registry: Registry): number {
  return registry.node(JSON.parse(LIFECYCLE_LOGGER)).limit
}

const unwritten: string[] = []
let writesAtExit = false

// A note that found no room, which is kept free for it, is written with the next one or at exit.
function note({ queue }: Registry, content: Note): void {
  unwritten.push(JSON.stringify(content))
  const write = (): void => {
    while (unwritten[0] !== undefined && queue.note(unwritten[0])) unwritten.shift()
  }
  write()
  if (unwritten.length === 0 || writesAtExit) return
  writesAtExit = true
  onExit(write)
}
