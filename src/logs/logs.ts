// Logs: opens a list of logs and merges, follows or counts them.

import type { Writable } from 'node:stream'
import type { Format } from './convert.js'
import type { LogDatabase } from './database.js'
import { createAccepts, type Wanted } from './filter.js'
import { capacityOf, Log, type Reading } from './log.js'
import { Memory } from './memory.js'
import { followLogs, mergeLogs } from './merge.js'
import { OUTPUT_SIZE, Output } from './output.js'
import { Records } from './records.js'
import { Rows } from './rows.js'
import { openSource, type Source } from './source.js'
import { Stats } from './stats.js'
import { openTail } from './tail.js'

/** Bytes of records kept for sorting, by all logs together and by each log at least. */
const ORDER_BYTES = 8 * 2 ** 20
const LEAST_ORDER = 2 ** 16
/** Bytes per read, of all logs together, and of each log at most and at least. */
const READ_BYTES = 4 * 2 ** 20
const MOST_READ = 2 ** 17
const LEAST_READ = 2 ** 14
/** Records that are counted at a time. */
const STATS_LINES = 4096

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
  const { format, colors, window } = options
  const memory = memoryFor(sources.size)
  const logs = createLogs(sources, options, { window, memory })
  const flushed = (): void => showProgress(options, logs)
  const output = new Output(options.output, format, { colors, memory, flushed })
  await mergeLogs(logs, output)
  return output.late
}

/** Writes the records of all logs into a database, and finishes it. */
export async function store(
  options: Omit<MergeOptions, 'format' | 'colors' | 'output'>,
  database: LogDatabase,
): Promise<void> {
  const sources = openAll(options.paths, options.failed)
  const { window } = options
  const logs = createLogs(sources, options, { window, memory: memoryFor(sources.size) })
  try {
    await mergeLogs(logs, new Rows(database, () => showProgress(options, logs)))
    database.finish()
  } finally {
    database.discard()
  }
}

/** Writes the records of growing logs sorted by time, each once it is as old as the window, until `stop`. */
export async function follow(options: FollowOptions): Promise<void> {
  const { window, stop, failed, missing, format, colors } = options
  const { chunk } = sizesOf(options.paths.length)
  const open = (path: string): Source => openTail(path, chunk, (error) => missing(path, error))
  const sources = openAll(options.paths, failed, open)
  const memory = memoryFor(sources.size)
  const logs = createLogs(sources, options, { window: Number.POSITIVE_INFINITY, memory })
  await followLogs(logs, new Output(options.output, format, { colors, memory }), { window, stop })
}

/** Counts the records of all logs by producer. */
export async function count(
  options: Watch & { readonly paths: readonly string[]; readonly wanted: Wanted },
): Promise<ReturnType<Stats['read']>> {
  const stats = new Stats()
  const accepts = createAccepts(options.wanted)
  const sources = openAll(options.paths, options.failed)
  for (const [path, source] of sources) {
    const records = new Records({
      reference: source.changed,
      capacity: 2 * MOST_READ,
      accepts: accepts && ((entry) => accepts(entry, path)),
      isSorted: false,
    })
    const take = (): void => {
      for (const { page } = records; !Number.isNaN(page.time); page.shift())
        stats.add(page.entry(page.first), path)
    }
    try {
      for (;;) {
        const chunk = await source.read(records.room(MOST_READ))
        if (!chunk) break
        records.feed(chunk)
        while (records.scan(STATS_LINES)) take()
        take()
        showProgress(options, sources.values())
      }
    } catch (error) {
      options.failed(path, error)
    }
    records.finish()
    take()
    source.close()
  }
  return stats.read()
}

function createLogs(
  sources: ReadonlyMap<string, Source>,
  { wanted, failed }: Pick<MergeOptions, 'wanted' | 'failed'>,
  { window, memory }: { readonly window: number; readonly memory: Memory },
): Log[] {
  const sizes = sizesOf(sources.size)
  const reading: Reading = { ...sizes, window, memory, failed, accepts: createAccepts(wanted) }
  return [...sources].map(([path, source]) => new Log(path, source, reading))
}

// A log has two buffers, in turn.
function memoryFor(logs: number): Memory {
  return new Memory(OUTPUT_SIZE + logs * 2 * capacityOf(sizesOf(logs)))
}

function sizesOf(logs: number): { readonly limit: number; readonly chunk: number } {
  const share = (bytes: number): number => Math.floor(bytes / Math.max(1, logs))
  const chunk = Math.min(MOST_READ, Math.max(LEAST_READ, share(READ_BYTES)))
  return { limit: Math.max(LEAST_ORDER, share(ORDER_BYTES)), chunk }
}

// A path that is given twice is opened once.
function openAll(
  paths: readonly string[],
  failed: Watch['failed'],
  open: (path: string) => Source = (path) => openSource(path),
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
