// Events of log4js: as records of ours, and as text from which the root makes them again.

import { isError } from '../../core/encode.js'
import { encodeFields } from '../../core/record.js'
import { pack, restore } from '../kit/capture/codec.js'
import { plainTextOf, type Taken } from '../kit/capture/take.js'
import { levelOf } from './levels.js'
import type { Copy, Event, Level } from './library.js'

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
  /** Which of the data it is; or one by itself. */
  readonly error?: unknown
  readonly cluster?: unknown
}

export function toTaken(event: Event, extra?: string): Taken {
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

export function toExtra(event: Event): string {
  const { startTime, level, data, context, error, cluster } = event
  const index = data.indexOf(error)
  const location = locationOf(event)
  const known = index === -1 ? error : index
  const sent: Sent = {
    time: startTime.getTime(),
    level: [level.level, level.levelStr, level.colour],
    data: [...data],
    context,
    ...(location && { location }),
    ...(known !== undefined && { error: known }),
    ...(cluster !== undefined && { cluster }),
  }
  return pack(sent)
}

/** Throws for what `toExtra` has not made. */
export function fromExtra(text: string, category: string, pid: number, copy: Copy): Event {
  const sent = restore(JSON.parse(text)) as Sent
  const { time, data, context, location, error, cluster } = sent
  const known = typeof error === 'number' ? data[error] : error
  const level = levelFor(sent.level, copy)
  const event = new copy.Event(category, level, data, context, location, known)
  event.startTime = new Date(time)
  event.pid = pid
  if (cluster !== undefined) event.cluster = cluster
  return event
}

function levelFor([level, name, colour]: Sent['level'], { Level }: Copy): Level {
  return Level.getLevel(name) ?? new Level(level, name, colour)
}

function locationOf(event: Event): Record<string, unknown> | undefined {
  const known = LOCATION.filter((key) => event[key] !== undefined)
  return known.length === 0 ? undefined : Object.fromEntries(known.map((key) => [key, event[key]]))
}

// The text without the error's, which the record's `err` has, where that does not stand in the middle of it.
function messageOf(data: readonly unknown[], error: Error | undefined): string {
  if (!error || (typeof data[0] === 'string' && PLACEHOLDER.test(data[0]))) return plainTextOf(data)
  const others = data.filter((value) => value !== error)
  return others.length > 0 ? plainTextOf(others) : String(error.message)
}
