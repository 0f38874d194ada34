// Merge: the command `logshare merge`, which merges log files into one stream sorted by time, or counts their records.

import { Command, Option } from 'commander'
import { parseDuration } from '../config/quantity.js'
import { expected, LogshareError } from '../core/errors.js'
import { process } from '../core/originals.js'
import { printable } from '../core/printable.js'
import type { Format } from '../logs/convert.js'
import { LogDatabase } from '../logs/database.js'
import { levelOf } from '../logs/facts.js'
import type { Wanted } from '../logs/filter.js'
import { count, follow, merge, store, type Watch } from '../logs/logs.js'
import { formatStats } from '../logs/table.js'
import { parseMoment } from '../logs/time.js'
import { createProgress } from './progress.js'

interface MergeFlags {
  readonly follow?: boolean
  readonly format: Format
  readonly since?: string
  readonly until?: string
  readonly level?: string
  readonly name?: readonly string[]
  readonly source?: readonly string[]
  readonly window?: string
  readonly stats?: boolean
  readonly json?: boolean
  readonly to?: string
  readonly replace?: boolean
}

/** Default of `--window` (ms), without and with `--follow`. */
const WINDOW = 1000
const FOLLOW_WINDOW = 200

const HELP = `
Input: logs of logshare, pino, bunyan, winston, log4js, LogTape, nginx, Apache, redis and many more; any text log whose
lines begin with a time (ISO 8601, syslog or epoch); any JSON log with a member "time", "timestamp", "@timestamp", "ts"
or "date". A line without a time belongs to the line before it, so a stack trace stays with its error. A time without a
zone is local; set TZ to change the zone. Parts of a rotated log can be given in any order and can be compressed with
gzip. "-" is standard input.

Formats: "raw" copies lines unchanged. "json" copies JSON lines unchanged and converts each text record to
{"level","time","name","msg","file"}, without the members that are not known. "pretty" is for reading.

Globs: a name matches itself and everything below it, "*" matches any characters, and a leading "!" excludes. Options
that take a glob can be repeated. For records of other libraries, --source matches the path of the file. With --level,
records of unknown level are left out.

--follow writes what the files contain and then what is appended, like tail -F. It waits for files that do not exist
yet. SIGINT or SIGTERM ends it with exit code 0.

--stats prints a table of producers. "missing" is how many sequence numbers (seq) are missing between a producer's first
and last, "announced" how many drops logshare reported in the log. The exit code is 0 whatever the table shows.

--to writes an SQLite database instead, with a table "log" that has an index on time, level, name and source. It needs
Node 22.13 or the package better-sqlite3@12.

If a file cannot be read, or not to its end, it is named on stderr, the others are merged, and the exit code is 1.

Example:
  $ logshare merge --since 2h --level warn app.log app.log.1.gz worker.log
  $ logshare merge app*.log --to log.db && sqlite3 log.db "SELECT name, count(*) FROM log WHERE level >= 50 GROUP BY 1"`

export function createMerge(): Command {
  const list = (value: string, before: readonly string[] = []): string[] => [...before, value]
  return new Command('merge')
    .description('Merge log files into one stream sorted by time.')
    .argument('<files...>', 'log files, in any order; - for standard input')
    .option('-f, --follow', 'keep reading what is appended to the files')
    .addOption(
      new Option('--format <format>', 'output format')
        .choices(['raw', 'json', 'pretty'])
        .default('raw'),
    )
    .option('--since <time>', 'only records from this time on: ISO 8601, epoch, or 10m, 2h, 1d ago')
    .option('--until <time>', 'only records up to this time')
    .option('--level <level>', 'only records of this level and above: a name or a number')
    .option('--name <glob>', 'only records of these loggers', list)
    .option('--source <glob>', 'only records of these producers', list)
    .option(
      '--window <time>',
      'sort records that are out of order by up to this time within a file (default: 1s, 200ms with --follow)',
    )
    .option(
      '--stats',
      'count the records of each producer, and the missing ones, instead of printing them',
    )
    .option('--json', 'with --stats: print JSON')
    .option('--to <database>', 'write an SQLite database instead of text')
    .option('--replace', 'with --to: replace a database that --to has written before')
    .addHelpText('after', HELP)
    .action(run)
}

async function run(paths: readonly string[], flags: MergeFlags): Promise<void> {
  checkFlags(flags)
  const wanted: Wanted = {
    since: flags.since === undefined ? undefined : parseMoment(flags.since, '--since'),
    until: flags.until === undefined ? undefined : parseMoment(flags.until, '--until'),
    level: flags.level === undefined ? undefined : parseLevel(flags.level),
    names: flags.name,
    sources: flags.source,
  }
  const window = parseDuration(flags.window ?? (flags.follow ? FOLLOW_WINDOW : WINDOW), '--window')
  const progress = createProgress()
  const warn = (text: string): void => {
    progress.clear()
    process.stderr.write(`logshare: ${text}\n`)
  }
  const failed: Watch['failed'] = (path, error) => {
    warn(describe(path, error))
    process.exitCode = 1
  }
  const missing: Watch['failed'] = (path, error) => warn(`${describe(path, error)}; waiting for it`)
  exitOnClosedPipe()
  const output = process.stdout
  const colors = process.stdout.isTTY === true && process.stdout.hasColors()
  const options = { paths, wanted, window, format: flags.format, colors, output, failed }
  if (flags.stats) {
    const stats = await count({ paths, wanted, failed, progress: progress.show })
    progress.clear()
    output.write(
      `${flags.json ? JSON.stringify(stats) : formatStats(stats).split('\n').map(printable).join('\n')}\n`,
    )
  } else if (flags.to !== undefined) {
    const database = createDatabase(flags.to, flags.replace ?? false)
    await store({ paths, wanted, window, failed, progress: progress.show }, database)
    progress.clear()
  } else if (flags.follow) {
    await follow({ ...options, missing, stop: stopSignal() })
  } else {
    const late = await merge({ ...options, progress: progress.show })
    progress.clear()
    if (late > 0) warn(`${late} records are too late in the output: use a larger --window`)
  }
}

// Interrupted, it leaves no part of a database.
function createDatabase(path: string, isReplacing: boolean): LogDatabase {
  const database = new LogDatabase(path, isReplacing)
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.once(signal, () => {
      database.discard()
      process.exit(code)
    })
  return database
}

function checkFlags(flags: MergeFlags): void {
  const { stats, json, follow: isFollow, level, name, to, replace } = flags
  const fault = (text: string): never => {
    throw new LogshareError('LOGSHARE_ERR_OPTION', text)
  }
  if (json && !stats) fault('--json requires --stats; for records use --format json')
  if (replace && to === undefined) fault('--replace requires --to')
  if (to !== undefined && (stats || isFollow || flags.format !== 'raw'))
    fault('--to cannot be combined with --stats, --follow or --format')
  if (stats && isFollow) fault('--stats cannot be combined with --follow')
  if (stats && (level !== undefined || name !== undefined))
    fault('--stats counts all records: it cannot be combined with --level or --name')
}

function parseLevel(text: string): number {
  const level = levelOf(text)
  if (!Number.isNaN(level)) return level
  throw new LogshareError(
    'LOGSHARE_ERR_OPTION',
    `--level: ${expected('trace, debug, info, warn, error, fatal or a number', text)}`,
  )
}

function describe(path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return `${path}: no such file`
  if (code === 'EACCES') return `${path}: permission denied`
  if (code === 'EISDIR') return `${path}: is a directory`
  if (code?.startsWith('Z_')) return `${path}: damaged gzip (${message}); merged up to the damage`
  return `${path}: ${message}`
}

// When the reading end of the pipe closes (`| head`), the command is done.
function exitOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}

function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  return stop.signal
}
