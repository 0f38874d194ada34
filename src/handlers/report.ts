// Report: a record made by the listener itself, e.g. about dropped records.

import { threadId } from 'node:worker_threads'
import { monotonic, wallTime } from '../core/clock.js'
import { encodeString } from '../core/encode.js'
import { LEVELS } from '../core/level.js'
import { process } from '../core/originals.js'
import { Kind } from '../queue/frame.js'
import type { Delivery } from './handler.js'

/** The `source` of the listener's own records, which have their own sequence count. */
export const LISTENER_SOURCE = 'root/listener'
const level = LEVELS.warn

let seq = 0

/** Makes a record of level warn; `name` is its logger's. Default `logshare`. */
export function createReport(
  message: string,
  fields: Readonly<Record<string, unknown>>,
  name = 'logshare',
): Delivery {
  const time = monotonic()
  const origin = `"pid":${process.pid},"tid":${threadId},"source":"${LISTENER_SOURCE}","seq":${++seq}`
  const head = `{"level":${level},"time":${wallTime(time)},${origin},"name":${encodeString(name)}`
  const rest = JSON.stringify(fields).replace(/^\{(?=.)/, ',')
  const text = `${head},"msg":${encodeString(message)}${rest === ',}' ? '}' : rest}`
  const buffer = Buffer.from(text)
  return { kind: Kind.REPORT, level, time, seq, buffer, start: 0, end: buffer.length }
}
