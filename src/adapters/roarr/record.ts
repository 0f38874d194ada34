// Record: converts roarr's messages to parts of our records and to the text that goes with them to the root, and back.

import { encodeString, encodeValue } from '../../core/encode.js'
import { encodeField, type LogRecord } from '../../core/record.js'
import { fieldsOf, type Message, OWN } from '../../deferred/roarr.js'
import type { AdapterContext } from '../kit/adapter.js'
import { isKept, keysText, keyText, MAX_STRING } from '../kit/capture/members.js'
import type { Taken } from '../kit/capture/take.js'
import { plainText } from '../kit/capture/values.js'

type Plain = Record<string, unknown>

/** The text that roarr would write. */
export function textOf(given: string | Message): string {
  if (typeof given === 'string') return given
  try {
    return JSON.stringify(given)
  } catch {
    return encodeValue(given) ?? ''
  }
}

/** The same text in less time than `textOf`; undefined for a message with values that this does not cover. */
export function quickText(given: Message): string | undefined {
  const { context, message, sequence, time, version } = given
  if (typeof sequence !== 'string' || !Number.isFinite(time)) return undefined
  let members = ''
  for (const key of Object.keys(context)) {
    const value = plainText(context[key])
    if (value === undefined) return undefined
    members += keyText(key) + value
  }
  const head = `{"context":{${members.slice(1)}},"message":${encodeString(message)}`
  return `${head},"sequence":${encodeString(sequence)},"time":${time},"version":"${version}"}`
}

/** A record that contains the whole message; undefined if the message has parts that a record would change. */
export function fromMessage(given: Message, context: AdapterContext): Taken | undefined {
  const { context: all, message, sequence, time, version } = given
  const { logLevel, package: pack } = all
  if (typeof message !== 'string' || typeof logLevel !== 'number') return undefined
  if (message.length > MAX_STRING || context.registry().redact) return undefined
  const keys = Object.keys(all)
  let fields = ''
  let own = ''
  for (const key of keys) {
    const value = all[key]
    if (key === 'error' || !isKept(key, value)) return undefined
    const isOwn = OWN.has(key)
    if (isOwn) own += encodeField(key, value)
    if (!isOwn || (key === 'program' && pack !== undefined)) fields += encodeField(key, value)
  }
  const rest = `${encodeString(sequence)},${time},"${version}",{${own.slice(1)}}`
  return {
    lib: 'roarr',
    name: nameOf(all),
    level: levelOf(logLevel),
    msg: message,
    fields,
    extra: context.relays ? `[${rest},${keysText(keys)}]` : undefined,
  }
}

/** What goes with a record from `fromMessage`: what the record lacks, and the order of the context's keys. */
type Rest = readonly [sequence: string, time: number, version: string, own: Plain, keys: string[]]

export function toMessage(record: LogRecord, extra: string): Message {
  const [sequence, time, version, own, keys] = JSON.parse(extra) as Rest
  const read = (key: string): [string, unknown] => [
    key,
    Object.hasOwn(own, key) ? own[key] : record[key],
  ]
  const context = Object.fromEntries(keys.map(read))
  return { context, message: record.msg, sequence, time, version }
}

/** A record from the text that roarr or the application writes. Throws if the text is not JSON. */
export function fromText(text: string, extra: string | undefined): Taken {
  const { context: all, message } = JSON.parse(text) as Message
  const level = levelOf(all.logLevel)
  return { lib: 'roarr', name: nameOf(all), level, msg: message, fields: fieldsOf(all), extra }
}

export function nameOf({ package: pack, program, namespace }: Message['context']): string {
  const first = pack ?? program
  if (first && namespace) return `${first}:${namespace}`
  return String(first || namespace || 'roarr')
}

export function levelOf(logLevel: unknown): number {
  return typeof logLevel !== 'number' || Number.isNaN(logLevel)
    ? 30
    : Math.min(Math.max(logLevel, 10), 60)
}
