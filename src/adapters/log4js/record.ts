// Record: converts log4js events to our records, and to the text from which the root restores the event.

import { isError } from '../../core/encode.js'
import { RealDate } from '../../core/originals.js'
import { encodeFields } from '../../core/record.js'
import { pack } from '../kit/capture/codec.js'
import { plainTextOf, type Taken } from '../kit/capture/take.js'
import { plainText } from '../kit/capture/values.js'
import { restore } from '../kit/relay/restore.js'
import { type Texts, useTexts } from './layouts.js'
import { levelOf } from './levels.js'
import type { Copy, Event, Level } from './library.js'
import { formatPlaced } from './placed.js'

const LOCATION = [
  'fileName',
  'lineNumber',
  'columnNumber',
  'callStack',
  'className',
  'functionName',
  'functionAlias',
  'callerName',
]
const PLACEHOLDER = /%[sdifjoOc]/

interface Sent {
  readonly time: number
  readonly level: readonly [number, string, string]
  readonly data: readonly unknown[]
  readonly context: object
  readonly location?: object | undefined
  /** Index in `data`, or an error that is not in `data`. */
  readonly error?: unknown
  readonly cluster?: unknown
  readonly texts?: Texts
  /** Whether it is also for appenders to the terminal: the event of a cluster's worker. */
  readonly all?: true
}

export function toRecord(event: Event, extra?: string): Taken {
  const { categoryName, data, level, context } = event
  const error = isError(event.error) ? event.error : data.find(isError)
  return {
    lib: 'log4js',
    name: String(categoryName),
    level: levelOf(level),
    msg: messageOf(data, error),
    error,
    fields: encodeFields({ ...context, ...locationOf(event) }),
    extra,
  }
}

export interface Packed {
  readonly text: string
  /** Whether `deferred/log4js.ts` can read it. */
  readonly isPlain: boolean
}

/** `isForAll`: the root's appenders to the terminal write the event as well. */
export function toExtra(event: Event, isForAll: boolean, texts?: Texts): Packed {
  const { startTime, level, data, context, error, cluster } = event
  const placed = formatPlaced(data)
  const location = locationOf(event)
  const plain = plainText(placed)
  const plainContext = plainText(context)
  let text = `{"time":${pack(startTime.getTime())},"level":${levelText(level)}`
  text += `,"data":${plain ?? pack(placed)},"context":${plainContext ?? pack(context)}`
  if (location) text += `,"location":${pack(location)}`
  if (error !== undefined) {
    const index = placed.indexOf(error)
    text += `,"error":${index === -1 ? pack(error) : index}`
  }
  if (cluster !== undefined) text += `,"cluster":${pack(cluster)}`
  if (texts) text += `,"texts":${pack(texts)}`
  if (isForAll) text += ',"all":true'
  const isPlain =
    plain !== undefined && plainContext !== undefined && !location && error === undefined
  return { text: `${text}}`, isPlain }
}

const levels = new WeakMap<Level, string>()

function levelText(level: Level): string {
  let text = levels.get(level)
  if (text === undefined) {
    text = pack([level.level, level.levelStr, level.colour])
    levels.set(level, text)
  }
  return text
}

/** Throws if `text` is not that of `toExtra`. */
export function fromExtra(
  text: string,
  category: string,
  pid: number,
  copy: Copy,
): { readonly event: Event; readonly isForAll: boolean } {
  const parts = Object.entries(JSON.parse(text) as object).map(([key, part]) => [
    key,
    restore(part),
  ])
  const sent = Object.fromEntries(parts) as Sent
  const { time, data, context, location, error, cluster, texts, all = false } = sent
  const known = typeof error === 'number' ? data[error] : error
  const level = levelOfSent(sent.level, copy)
  const event = new copy.Event(category, level, data, context, location, known)
  event.startTime = new RealDate(time)
  event.pid = pid
  if (cluster !== undefined) event.cluster = cluster
  if (texts) useTexts(event, texts)
  return { event, isForAll: all }
}

function levelOfSent([level, name, colour]: Sent['level'], { Level }: Copy): Level {
  return Level.getLevel(name) ?? new Level(level, name, colour)
}

function locationOf(event: Event): Record<string, unknown> | undefined {
  let location: Record<string, unknown> | undefined
  for (const key of LOCATION) {
    const value = event[key]
    if (value === undefined) continue
    location ??= {}
    location[key] = value
  }
  return location
}

// The message leaves out the error, whose text is in the record's `err`. If `data` starts with a format string, the
// error may fill a placeholder, so it stays.
function messageOf(data: readonly unknown[], error: Error | undefined): string {
  if (!error || (typeof data[0] === 'string' && PLACEHOLDER.test(data[0]))) return plainTextOf(data)
  const others = data.filter((value) => value !== error)
  return others.length > 0 ? plainTextOf(others) : String(error.message)
}
