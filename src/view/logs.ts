// Logs: the logs that are shown: opens them, follows them, and keeps the index of their records.

import { basename, resolve } from 'node:path'
import { Log } from '../logs/log.js'
import { Memory } from '../logs/memory.js'
import { followLogs } from '../logs/merge.js'
import type { Source } from '../logs/source.js'
import { Indexer, type Shown } from './indexer.js'
import { Parts } from './parts.js'

/** Bytes kept for sorting by all logs together, and by each at most and at least. */
const ORDER_BYTES = 8 * 2 ** 20
const MOST_ORDER = 2 ** 20
const LEAST_ORDER = 2 ** 16
const CHUNK = 2 ** 17
const WINDOW = 200

export interface Opened {
  readonly indexer: Indexer
  readonly parts: Parts
  readonly stop: AbortController
  /** Bytes read, and those there were at the start. */
  progress(): { readonly done: number; readonly size: number }
  /** Whether everything there was at the start is indexed. */
  isComplete(): boolean
  /** Rejects if the index cannot grow any more. */
  readonly ended: Promise<void>
}

/** Opens logs and begins to index them. `failed` is called for each that cannot be read, or is not there yet. */
export function openLogs(
  paths: readonly string[],
  failed: (path: string, error: unknown) => void,
): Opened {
  const parts = new Parts()
  const labels = labelsOf(paths)
  const share = Math.floor(ORDER_BYTES / paths.length)
  const limit = Math.min(MOST_ORDER, Math.max(LEAST_ORDER, share))
  const reading = { window: Number.POSITIVE_INFINITY, limit, chunk: CHUNK, failed }
  const memory = new Memory(0)
  const logs = new Map<Log, Shown>()
  for (const path of new Set(paths)) {
    try {
      const { source, places } = parts.open(path, (error) => failed(path, error))
      const label = labels.get(path) as string
      logs.set(new Log(path, source, { ...reading, memory }), { label, places })
    } catch (error) {
      failed(path, error)
    }
  }
  const indexer = new Indexer(logs)
  const stop = new AbortController()
  const all = [...logs.keys()]
  const ended = followLogs(all, indexer, { window: WINDOW, stop: stop.signal })
  const sources = all.map((log) => log.source)
  const size = sum(sources, 'size')
  return {
    indexer,
    parts,
    stop,
    ended,
    progress: () => ({ done: Math.min(sum(sources, 'done'), size), size }),
    isComplete: () => all.every((log) => log.isQuiet),
  }
}

function sum(sources: readonly Source[], key: 'done' | 'size'): number {
  return sources.reduce((total, source) => total + source[key], 0)
}

/** What rotation and compression add to a name. */
const SUFFIX = /(?:\.gz|[.-]\d{1,3}|[.-]?\d{4}-?\d\d-?\d\d(?:[T_.-]?\d\d[-:]?\d\d(?:[-:]?\d\d)?)?)$/

// Parts of a rotated log have one label. It is the name, and the path where two have the same name.
function labelsOf(paths: readonly string[]): ReadonlyMap<string, string> {
  const bases = new Map(paths.map((path) => [path, baseOf(path === '-' ? 'stdin' : resolve(path))]))
  const distinct = [...new Set(bases.values())]
  const names = distinct.map((path) => basename(path))
  const isTwice = (name: string): boolean => names.indexOf(name) !== names.lastIndexOf(name)
  return new Map(
    [...bases].map(([path, base]) => {
      const name = basename(base)
      return [path, isTwice(name) ? base : name]
    }),
  )
}

function baseOf(path: string): string {
  const shorter = path.replace(SUFFIX, '')
  return shorter === path || basename(shorter) === '' ? path : baseOf(shorter)
}
