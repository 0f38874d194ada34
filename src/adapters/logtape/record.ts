// Record: converts LogTape's records to parts of ours and to the text that goes with them to the root, and back.

import { encodeString, isError } from '../../core/encode.js'
import { keysText } from '../kit/capture/members.js'
import { inspectionOf } from '../kit/capture/take.js'
import { pack, revive, unpackArgs } from '../kit/capture/values.js'
import type { Entry, LevelName, Plain } from './library.js'

/** What goes with a record to the root: all members of LogTape's. */
export interface Extra {
  readonly category: readonly string[]
  readonly level: LevelName
  readonly timestamp: number
  readonly message: unknown
  readonly rawMessage: string | readonly string[]
  readonly properties: unknown
}

/** `Extra` as JSON; `message` and `properties` are given as packed text. */
export function toExtra(record: Entry, message: string, properties: string): string {
  const { category, level, timestamp, rawMessage } = record
  const raw = typeof rawMessage === 'string' ? encodeString(rawMessage) : pack([...rawMessage])
  const head = `{"category":${keysText(category)},"level":"${level}","timestamp":${pack(timestamp)}`
  return `${head},"rawMessage":${raw},"message":${message},"properties":${properties}}`
}

export function fromExtra(extra: Extra): Entry {
  const { category, level, timestamp, message, rawMessage, properties } = extra
  return {
    category,
    level,
    message: unpackArgs(message),
    rawMessage,
    timestamp,
    properties: revive(properties) as Plain,
  }
}

/** The property `error` if it is an error, else the first property that is one. */
export function errorOf(properties: Plain): Error | undefined {
  if (isError(properties.error)) return properties.error
  for (const key of Object.keys(properties)) {
    const value = properties[key]
    if (isError(value)) return value
  }
  return undefined
}

/** The text of a placeholder's value. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value instanceof Error ? value.message : inspectionOf([value])
}

const LAZY = Symbol.for('logtape.lazy')

type Lazy = { readonly [LAZY]?: true; readonly getter?: () => unknown } | null | undefined

/** The properties with the values of LogTape's `lazy()`, which is evaluated at each call. */
export function resolveLazy(properties: Plain): Plain {
  const read = (value: unknown): unknown => {
    const given = value as Lazy
    return given?.[LAZY] && given.getter ? given.getter() : value
  }
  const hasLazy = Object.keys(properties).some((key) => (properties[key] as Lazy)?.[LAZY])
  if (!hasLazy) return properties
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, read(value)]))
}
