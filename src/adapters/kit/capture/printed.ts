// Printed: what a printed line says of itself: level, name, message and fields of a JSON line, the level of a text line.

import { levelOfWord } from '../../../core/alias.js'
import { encodeFields } from '../../../core/record.js'
import { readText } from '../../../logs/facts.js'
import { Line, LineReader } from '../../../logs/line.js'
import { fieldsOf, standardLevel } from './normalize.js'
import { withoutColours } from './take.js'

export interface Printed {
  readonly level: number | undefined
  readonly name: string | undefined
  readonly msg: string
  /** As `encodeFields` makes them. */
  readonly fields: string
}

type Values = Record<string, unknown>

/** A longer line is a message as it is. */
const MAX_READ = 2 ** 16
const LEVEL_KEYS = ['level', 'severity', 'levelname', 'logLevel']
const MESSAGE_KEYS = ['msg', 'message']
const NAME_KEYS = ['name', 'logger', 'label', 'service']
const TIME_KEYS = ['time', 'timestamp', '@timestamp', 'ts']
// `[ERROR] …`, `WARN: …`, `error: …`, `ERROR …`: a level that is no word of the message.
const MARKED = /^(?:\[\s*([A-Za-z]+)\s*\]|([A-Z]{4,9})(?=[\s:|-])|([A-Za-z]{3,9}):(?=\s))/

/** Never throws. */
export function readPrinted(line: string): Printed {
  const text = withoutColours(line)
  if (text.length > MAX_READ) return { level: undefined, name: undefined, msg: text, fields: '' }
  const isObject = text.startsWith('{') && text.trimEnd().endsWith('}')
  return (isObject ? readJson(text) : undefined) ?? readPlain(text)
}

// An object without a message is data, and a message as it is.
function readJson(text: string): Printed | undefined {
  const values = parse(text)
  if (!values) return undefined
  const key = MESSAGE_KEYS.find((each) => typeof values[each] === 'string')
  const levelKey = LEVEL_KEYS.find((each) => levelIn(values[each]) !== undefined)
  if (key === undefined || levelKey === undefined) return undefined
  const nameKey = NAME_KEYS.find((each) => typeof values[each] === 'string' && values[each] !== '')
  const timeKey = TIME_KEYS.find((each) => values[each] !== undefined)
  const used = [key, levelKey, nameKey, timeKey].filter((each) => each !== undefined)
  return {
    level: levelIn(values[levelKey]),
    name: nameKey === undefined ? undefined : String(values[nameKey]),
    msg: String(values[key]),
    fields: encodeFields(fieldsOf(values, used)),
  }
}

function levelIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 1 ? standardLevel(value) : undefined
  return typeof value === 'string' ? levelOfWord(value) : undefined
}

let reader: LineReader | undefined

function readPlain(text: string): Printed {
  const plain: Printed = { level: undefined, name: undefined, msg: text, fields: '' }
  const found = MARKED.exec(text)
  const level = levelOfWord(found?.[1] ?? found?.[2] ?? found?.[3] ?? '')
  if (level !== undefined) return { ...plain, level }
  const bytes = Buffer.from(text)
  reader ??= new LineReader(0)
  if (reader.read(bytes, 0, bytes.length) !== Line.TEXT) return plain
  const { level: timed, name } = readText({
    bytes,
    start: 0,
    end: bytes.length,
    time: reader.time,
    isTimed: true,
    timeLength: reader.timeEnd,
    isJson: false,
  })
  return { ...plain, level: Number.isNaN(timed) ? undefined : timed, name: name || undefined }
}

function parse(text: string): Values | undefined {
  try {
    return JSON.parse(text) as Values
  } catch {
    return undefined
  }
}
