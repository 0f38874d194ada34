// Printed: what a printed line says of itself: level, name, message and fields of a JSON line, level and name of a text line.

import type { Settings } from '../../../config/options.js'
import { levelOfWord } from '../../../core/alias.js'
import { levelNumber } from '../../../core/level.js'
import type { Redact } from '../../../core/redact.js'
import { readText } from '../../../logs/facts.js'
import { Line, LineReader } from '../../../logs/line.js'
import { readObject } from './shapes.js'
import { withoutColours } from './take.js'

export interface Printed {
  readonly level: number | undefined
  readonly name: string | undefined
  readonly msg: string
  /** As `encodeFields` makes them. */
  readonly fields: string
}

/** Number of the level of a line that tells none: the option `streams`. `SILENT` for one that is to be no record. */
export function levelOfStream(
  name: 'stdout' | 'stderr',
  streams: Settings['streams'] | undefined,
): number {
  return levelNumber(streams?.[name] ?? (name === 'stdout' ? 'info' : 'warn'))
}

/** A longer line is a message as it is. */
const MAX_READ = 2 ** 16

/** Never throws. `redact`: replaces values under the names that the line gives them. */
export function readPrinted(line: string, redact?: Redact): Printed {
  const text = withoutColours(line)
  if (text.length > MAX_READ) return { level: undefined, name: undefined, msg: text, fields: '' }
  const isObject = text.startsWith('{') && text.trimEnd().endsWith('}')
  const values = isObject ? parse(text) : undefined
  return (values && read(redact ? redact.value(values) : values)) ?? readPlain(text)
}

function read(values: Record<string, unknown>): Printed | undefined {
  try {
    return readObject(values)
  } catch {
    return undefined // nested too deeply to be made a text again
  }
}

type Marked = Pick<Printed, 'level' | 'name'>

// The message is the whole line, whatever is read from it.
function readPlain(text: string): Printed {
  const found = isBare(text) ? undefined : readFacts(text)
  return { level: found?.level, name: found?.name, msg: text, fields: '' }
}

/** Words of npmlog that begin a line, and those behind a first word. */
const FIRST = /^(?:npm|verb|sill|info) /
const SECOND = /^(?:ERR!|verb|sill) /
const LONGEST = 5

// Whether a line certainly tells nothing, as most do: it begins in lower case, and with no word that the readers know.
function isBare(text: string): boolean {
  const code = text.charCodeAt(0)
  if (!(code > 0x60 && code < 0x7b)) return false
  const colon = text.indexOf(':')
  if (colon > 2 && colon < 10) return false
  const second = text.indexOf(' ') + 1
  if (second === 0) return true
  return !FIRST.test(text.slice(0, LONGEST)) && !SECOND.test(text.slice(second, second + LONGEST))
}

function readFacts(text: string): Marked | undefined {
  return readMarked(text) ?? readNest(text) ?? readNpmlog(text) ?? readTimed(text)
}

// `[ERROR] …`, `WARN: …`, `error: …`, `ERROR …`, ` WARN  …`, `✔ …`: a level that is no word of the message.
const MARK =
  /^ {0,2}(?:\[\s*([^\]\s]+)\s*\]|([A-Z]{4,9})(?=[\s:|-])|([A-Za-z]{3,9}):(?=\s)|([ℹ✔◐⚙✖]) )/u
/** consola's signs. */
const SIGNS: Readonly<Record<string, number>> = { ℹ: 30, '✔': 30, '◐': 30, '⚙': 20, '✖': 50 }
/** A name in brackets, in tslog 3 with the place of the call. */
const NAME = /^\s*\[([A-Za-z][\w.:@/-]*)(?:\s[^\]]{0,300}:\d+[^\]]{0,300})?\]\s/

// A name in brackets may be behind the level, or in front of it.
function readMarked(text: string): Marked | undefined {
  const first = MARK.exec(text)
  if (!first) return undefined
  const behind = text.slice(first[0].length)
  const level = levelIn(first)
  if (level !== undefined) return { level, name: NAME.exec(behind)?.[1] }
  const name = NAME.exec(text)?.[1]
  const later = name === undefined ? undefined : levelIn(MARK.exec(behind))
  return later === undefined ? undefined : { level: later, name }
}

function levelIn(mark: RegExpExecArray | null): number | undefined {
  const [, bracketed, capitals, word = '', sign = ''] = mark ?? []
  return SIGNS[sign] ?? levelOfWord(bracketed ?? capitals ?? word)
}

const NEST = /^\[[^\]]+\] \d+ {2}- [^A-Z[]{1,40}(?:[AP]M)? +([A-Z]+) (?:\[([^\]]+)\] )?/

function readNest(text: string): Marked | undefined {
  const [, word = '', name] = NEST.exec(text) ?? []
  const level = levelOfWord(word)
  return level === undefined ? undefined : { level, name }
}

// `npm` is the heading of npm, the program; other programs have none, or their own.
const NPMLOG = /^(?:npm (ERR!|[a-zA-Z]+)|(?:[\w-]+ )?(ERR!|verb|sill)|(info)) /
const ABBREVIATED = new Map([
  ['ERR!', 50],
  ['verb', 20],
  ['sill', 10],
])

function readNpmlog(text: string): Marked | undefined {
  const found = NPMLOG.exec(text)
  const word = found?.[1] ?? found?.[2] ?? found?.[3] ?? ''
  const level = ABBREVIATED.get(word) ?? levelOfWord(word)
  return level === undefined ? undefined : { level, name: undefined }
}

let reader: LineReader | undefined

function readTimed(text: string): Marked | undefined {
  const bytes = Buffer.from(text)
  reader ??= new LineReader(0, false)
  if (reader.read(bytes, 0, bytes.length) !== Line.TEXT) return undefined
  const { level, name, message } = readText({
    bytes,
    start: 0,
    end: bytes.length,
    time: reader.time,
    isTimed: true,
    timeLength: reader.timeEnd,
    isJson: false,
  })
  if (Number.isNaN(level)) return { level: undefined, name: name || undefined }
  return { level, name: name || NAME.exec(message)?.[1] }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}
