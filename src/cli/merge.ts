// `logshare merge`: one stream in order of time out of many log files, or what is in them by producer.

import { Command, Option } from 'commander'
import { parseDuration } from '../config/quantity.js'
import { expected, LogshareError } from '../core/errors.js'
import type { Format } from '../logs/convert.js'
import { levelOf } from '../logs/facts.js'
import type { Wanted } from '../logs/filter.js'
import { count, follow, merge, type Watch } from '../logs/logs.js'
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
}

const WINDOW = 1000
const FOLLOW_WINDOW = 200

const HELP = `
Logs are those of logshare, pino, bunyan, winston (JSON) and log4js, and any text with a time (ISO 8601, syslog, epoch)
at the beginning of its lines or a JSON member "time", "timestamp", "@timestamp", "ts" or "date". Lines without a time
stay behind the line before them: a stack trace stays with its error. Times without a zone are local (set TZ for
another one). Parts of a rotated log may be given in any order, and compressed by gzip; "-" is standard input.

Formats: raw passes lines on unchanged. json does so with JSON lines, and makes one of every text record:
{"level","time","name","msg","file"}, as far as known. pretty is for people.

Globs: a name stands for itself and all beneath it, * for any characters; "!" in front leaves out. Options that take
them can be repeated. For --source, records of other libraries have the path of their file. With --level, records
whose level is not known are left out.

--follow writes what the files hold and then what is added, like tail -F; a file that is not there yet is waited for.
It ends by SIGINT or SIGTERM, with code 0.

--stats: "missing" are numbers (seq) between a producer's first and last, "announced" what records of logshare itself
say was dropped. The code is 0 whatever was found.

A file that cannot be read, or not to its end, is named on stderr and the others are merged; the code is then 1.`

export function createMerge(): Command {
  const list = (value: string, before: readonly string[] = []): string[] => [...before, value]
  return new Command('merge')
    .description('Merge log files into one stream in order of time.')
    .argument('<files...>', 'log files, in any order; - for standard input')
    .option('-f, --follow', 'go on with what is added to the files')
    .addOption(
      new Option('--format <format>', 'how records are written')
        .choices(['raw', 'json', 'pretty'])
        .default('raw'),
    )
    .option('--since <time>', 'records from then on: ISO 8601, epoch, or 10m, 2h, 1d ago')
    .option('--until <time>', 'records up to then')
    .option('--level <level>', 'records of this level and above: a name or a number')
    .option('--name <glob>', 'records of these loggers', list)
    .option('--source <glob>', 'records of these producers', list)
    .option(
      '--window <time>',
      'disorder within a file that is put right (default: 1s, 200ms with --follow)',
    )
    .option('--stats', 'instead of records: what there is of each producer, and what is missing')
    .option('--json', 'with --stats: as JSON')
    .addHelpText('after', HELP)
    .action(run)
}

async function run(paths: readonly string[], flags: MergeFlags): Promise<void> {
  check(flags)
  const wanted: Wanted = {
    since: flags.since === undefined ? undefined : parseMoment(flags.since, '--since'),
    until: flags.until === undefined ? undefined : parseMoment(flags.until, '--until'),
    level: flags.level === undefined ? undefined : parseLevel(flags.level),
    names: flags.name,
    sources: flags.source,
  }
  const window = parseDuration(flags.window ?? (flags.follow ? FOLLOW_WINDOW : WINDOW), '--window')
  const progress = createProgress()
  const say = (text: string): void => {
    progress.clear()
    process.stderr.write(`logshare: ${text}\n`)
  }
  const failed: Watch['failed'] = (path, error) => {
    say(describe(path, error))
    process.exitCode = 1
  }
  const missing: Watch['failed'] = (path, error) => say(`${describe(path, error)}; waiting for it`)
  endQuietly()
  const output = process.stdout
  const colors = process.stdout.isTTY === true && process.stdout.hasColors()
  const options = { paths, wanted, window, format: flags.format, colors, output, failed }
  if (flags.stats) {
    const stats = await count({ paths, wanted, failed, progress: progress.show })
    progress.clear()
    output.write(`${flags.json ? JSON.stringify(stats) : formatStats(stats)}\n`)
  } else if (flags.follow) {
    await follow({ ...options, missing, stop: stopped() })
  } else {
    const late = await merge({ ...options, progress: progress.show })
    progress.clear()
    if (late > 0)
      say(`${late} records were further out of order than --window: they stand too late`)
  }
}

function check({ stats, json, follow: isFollow, level, name }: MergeFlags): void {
  const fault = (text: string): never => {
    throw new LogshareError('LOGSHARE_ERR_OPTION', text)
  }
  if (json && !stats) fault('--json goes with --stats; see also --format json')
  if (stats && isFollow) fault('--stats does not go with --follow')
  if (stats && (level !== undefined || name !== undefined))
    fault('--stats counts all records: it does not go with --level or --name')
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
  if (code?.startsWith('Z_')) return `${path}: damaged gzip (${message}); merged up to there`
  return `${path}: ${message}`
}

// A reader that has gone (`| head`) has what it wanted.
function endQuietly(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}

function stopped(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  return stop.signal
}
