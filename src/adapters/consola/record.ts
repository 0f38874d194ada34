// Record: makes our record of consola's.

import { encodeString } from '../../core/encode.js'
import { encodeFields, type Fields } from '../../core/record.js'
import { errorAmong, type Taken } from '../kit/capture/take.js'
import { messageOf } from '../kit/capture/values.js'
import type { LogObject } from './library.js'

/** `args`: as the record is to show them. */
export function toRecord(object: LogObject, args: readonly unknown[], extra?: string): Taken {
  const { type, tag, level } = object
  return {
    lib: 'consola',
    name: tag || 'consola',
    level: type === 'fatal' ? 60 : numberOf(level),
    msg: messageOf(args),
    error: errorAmong(args),
    fields: `,"type":${encodeString(type)}${encodeFields(othersOf(object))}`,
    extra,
  }
}

const OWN = new Set(['date', 'args', 'type', 'level', 'tag'])
const NONE: Fields = {}

function othersOf(object: LogObject): Fields {
  let others: Record<string, unknown> | undefined
  for (const key of Object.keys(object)) {
    if (OWN.has(key)) continue
    others ??= {}
    others[key] = object[key]
  }
  return others ?? NONE
}

function numberOf(level: number): number {
  if (level <= 0) return 50
  if (level === 1) return 40
  if (level <= 3) return 30
  return level <= 4 ? 20 : 10
}
