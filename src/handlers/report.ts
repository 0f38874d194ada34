// Report: a record the listener makes itself, about what became of others.

import { threadId } from 'node:worker_threads'
import { monotonic, wallTime } from '../core/clock.js'
import { encodeString } from '../core/encode.js'
import { LEVELS } from '../core/level.js'
import { Kind } from '../queue/frame.js'
import type { Delivery } from './handler.js'

/** The listener as a producer: its records have a count of their own. */
export const SOURCE = 'root/listener'
const level = LEVELS.warn

let seq = 0

/** A record of the logger `logshare`, or another one, of level warn. */
export function createReport(
  message: string,
  fields: Readonly<Record<string, unknown>>,
  name = 'logshare',
): Delivery {
  const time = monotonic()
  const origin = `"pid":${process.pid},"tid":${threadId},"source":"${SOURCE}","seq":${++seq}`
  const head = `{"level":${level},"time":${wallTime(time)},${origin},"name":${encodeString(name)}`
  const rest = JSON.stringify(fields).replace(/^\{(?=.)/, ',')
  const text = `${head},"msg":${encodeString(message)}${rest === ',}' ? '}' : rest}`
  const buffer = Buffer.from(text)
  return { kind: Kind.REPORT, level, time, seq, buffer, start: 0, end: buffer.length }
}
