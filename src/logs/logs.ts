// Logs: opens the logs that a command was given, and merges, follows or counts them.

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

/** Bytes that all logs together keep to put their records in order, and that each of them keeps at least. */
const ORDER_BYTES = 8 * 2 ** 20
const LEAST_ORDER = 2 ** 16
/** Bytes that all read at a time, and that each of them reads at most and at least. */
const READ_BYTES = 4 * 2 ** 20
const MOST_READ = 2 ** 16
const LEAST_READ = 2 ** 14

export interface Watch {
  /** Told of each log that cannot be read, or not to its end. */
  readonly failed: (path: string, error: unknown) => void
  /** Told from time to time how many bytes were read, of how many. */
  readonly progress?: (done: number, size: number) => void
}

export interface MergeOptions extends Watch {
  readonly paths: readonly string[]
  readonly wanted: Wanted
  /** Milliseconds. */
  readonly window: number
  readonly format: Format
  readonly colors: boolean
  readonly output: Writable
}

export interface FollowOptions extends MergeOptions {
  readonly stop: AbortSignal
  /** Told of each log that is not there yet, and is waited for. */
  readonly missing: Watch['failed']
}

/** Writes the records of all logs in order of time; how many of them came too late for it. */
export async function merge(options: MergeOptions): Promise<number> {
  const sources = openAll(options.paths, options.failed)
  const { window } = options
  const logs = createLogs(sources, options, window)
  const flushed = (): void => tell(options, logs)
  const { format, colors } = options
  const output = new Output(options.output, format, { colors, flushed })
  await mergeLogs(logs, output)
  return output.late
}

/** The same of logs that grow, until `stop`; what has been there for the window's time is written. */
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
        tell(options, sources.values())
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

// A log that is given twice is read once.
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

function tell({ progress }: Watch, sources: Iterable<Source | Log>): void {
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
