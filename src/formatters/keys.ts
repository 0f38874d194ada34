// Keys: a formatter of records as JSON with other names, level words or times as texts.

import type { KeyOptions } from '../config/format.js'
import { levelName } from '../core/level.js'
import type { LogRecord } from '../core/record.js'
import { isoTime } from './fields.js'

/** Creates the formatter; undefined if all options have their defaults, and the line is what the producer encoded. */
export function createKeys(options: KeyOptions): ((record: LogRecord) => string) | undefined {
  const {
    messageKey = 'msg',
    levelKey = 'level',
    levels = 'numbers',
    time: form = 'epoch',
  } = options
  const isBoth = form === 'both'
  const timestampKey = options.timestampKey ?? (isBoth ? 'timestamp' : 'time')
  const isUsual = [messageKey, levelKey, timestampKey].join() === 'msg,level,time'
  if (isUsual && levels === 'numbers' && form === 'epoch') return undefined
  return ({ level, time, pid, tid, source, seq, name, msg, ...fields }) =>
    JSON.stringify({
      [levelKey]: levels === 'words' ? levelName(level) : level,
      ...(isBoth && { time }),
      [timestampKey]: form === 'epoch' ? time : isoTime(time),
      pid,
      tid,
      source,
      seq,
      name,
      [messageKey]: msg,
      ...withoutTaken(fields, [messageKey, levelKey, timestampKey]),
    })
}

// A field of the call must not replace a member of ours.
function withoutTaken(fields: object, taken: readonly string[]): object {
  if (!taken.some((key) => Object.hasOwn(fields, key))) return fields
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [taken.includes(key) ? `_${key}` : key, value]),
  )
}
