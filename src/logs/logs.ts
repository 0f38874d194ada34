// Logs: opens a list of logs and merges, follows or counts them.

import type { Writable } from 'node:stream'
import type { Format } from './convert.js'
import { createAccepts, type Wanted } from './filter.js'
import { Log, type Reading } from './log.js'
import { followLogs, mergeLogs } from './merge.js'
import { Output } from './output.js'
import { Records } from './records.js'
import { openSource, type Source } from './source.js'
import { Stats } from './stats.js'
import { openTail } from './tail.js'

/** Bytes of records kept for sorting, by all logs together and by each log at least. */
const ORDER_BYTES = 8 * 2 ** 20
const LEAST_ORDER = 2 ** 16
/** Bytes per read, of all logs together, and of each log at most and at least. */
const READ_BYTES = 4 * 2 ** 20
const MOST_READ = 2 ** 16
const LEAST_READ = 2 ** 14

export interface Watch {
  /** Called for each log that cannot be read, or not to its end. */
  readonly failed: (path: string, error: unknown) => void
  /** Called from time to time with the number of bytes read and the total. */
  readonly progress?: (done: number, size: number) => void
}

export interface MergeOptions extends Watch {
  readonly paths: readonly string[]
  readonly wanted: Wanted
  /** Records of a log that are out of order by up to this time (ms) are sorted. */
  readonly window: number
  readonly format: Format
  readonly colors: boolean
  readonly output: Writable
}

export interface FollowOptions extends MergeOptions {
  readonly stop: AbortSignal
  /** Called for each log that does not exist yet and is waited for. */
  readonly missing: Watch['failed']
}

/**
 * Writes the records of all logs sorted by time. Resolves to the number of records that were too late for their place.
 */
export async function merge(options: MergeOptions): Promise<number> {
  const sources = openAll(options.paths, options.failed)
  const { window } = options
  const logs = createLogs(sources, options, window)
  const flushed = (): void => showProgress(options, logs)
  const { format, colors } = options
  const output = new Output(options.output, format, { colors, flushed })
  await mergeLogs(logs, output)
  return output.late
}

/** Writes the records of growing logs sorted by time, each once it is as old as the window, until `stop`. */
export async function follow(options: FollowOptions): Promise<void> {
  const { window, stop, failed, missing, format, colors } = options
  const chunk = chunkOf(options.paths)
  const open = (path: string): Source => openTail(path, chunk, (error) => missing(path, error))
  const logs = createLogs(openAll(options.paths, failed, open), options, Number.POSITIVE_INFINITY)
  await followLogs(logs, new Output(options.output, format, { colors }), { window, stop })
}

/** Counts the records of all logs by producer. */
export async function count(
  options: Watch & { readonly paths: readonly string[]; readonly wanted: Wanted },
): Promise<ReturnType<Stats['read']>> {
  const stats = new Stats()
  const accepts = createAccepts(options.wanted)
  const sources = openAll(options.paths, options.failed)
  for (const [path, source] of sources) {
    const records = new Records(source.changed, (entry) => {
      if (!accepts || accepts(entry, path)) stats.add(entry, path)
    })
    try {
      for (let chunk = await source.read(); chunk; chunk = await source.read()) {
        records.feed(chunk)
        showProgress(options, sources.values())
      }
    } catch (error) {
      options.failed(path, error)
    }
    records.finish()
    source.close()
  }
  return stats.read()
}

function createLogs(
  sources: ReadonlyMap<string, Source>,
  { wanted, failed, paths }: MergeOptions,
  window: number,
): Log[] {
  const limit = Math.max(LEAST_ORDER, Math.floor(ORDER_BYTES / paths.length))
  const reading: Reading = { window, limit, failed, accepts: createAccepts(wanted) }
  return [...sources].map(([path, source]) => new Log(path, source, reading))
}

// A path that is given twice is opened once.
function openAll(
  paths: readonly string[],
  failed: Watch['failed'],
  open: (path: string) => Source = (path) => openSource(path, chunkOf(paths)),
): Map<string, Source> {
  const sources = new Map<string, Source>()
  for (const path of paths) {
    try {
      if (!sources.has(path)) sources.set(path, open(path))
    } catch (error) {
      failed(path, error)
    }
  }
  return sources
}

function chunkOf(paths: readonly string[]): number {
  return Math.min(MOST_READ, Math.max(LEAST_READ, Math.floor(READ_BYTES / paths.length)))
}

function showProgress({ progress }: Watch, sources: Iterable<Source | Log>): void {
  if (!progress) return
  let done = 0
  let size = 0
  for (const each of sources) {
    const source = each instanceof Log ? each.source : each
    done += source.done
    size += source.size
  }
  progress(done, size)
}
