// Format: the options of handlers that say how a record's line looks.

import { oneOf, optional, optionError, type Shape, text } from './check.js'

/** Names of log stores' formats: Datadog, Elastic Common Schema, Graylog, Google Cloud. */
export const STORE_FORMATS = ['datadog', 'ecs', 'gelf', 'google'] as const
export type StoreFormat = (typeof STORE_FORMATS)[number]

/** How a handler names the members of its JSON lines. These options need the format `json`. */
export interface KeyOptions {
  /** Name of the message. Default `"msg"`. */
  readonly messageKey?: string
  /** Name of the level. Default `"level"`. */
  readonly levelKey?: string
  /** Name of the time. Default `"time"`; with `"time": "both"`, name of the text, default `"timestamp"`. */
  readonly timestampKey?: string
  /** `numbers`: 30. `words`: `"info"`. Default `"numbers"`. */
  readonly levels?: 'numbers' | 'words'
  /**
   * `epoch`: milliseconds since 1970. `iso`: RFC 3339 in UTC, with microseconds. `both`: the milliseconds as `time`, and
   * the text. Default `"epoch"`.
   */
  readonly time?: 'epoch' | 'iso' | 'both'
}

/** Names of the options in `KeyOptions`. */
export const KEY_NAMES = ['messageKey', 'levelKey', 'timestampKey', 'levels', 'time'] as const

/** The key options among a handler's options, checked. `format`: the handler's. Throws `LOGSHARE_ERR_OPTION`. */
export function checkKeys(given: Shape, option: string, format: string): KeyOptions {
  const checked = {
    messageKey: optional(given.messageKey, `${option}.messageKey`, text),
    levelKey: optional(given.levelKey, `${option}.levelKey`, text),
    timestampKey: optional(given.timestampKey, `${option}.timestampKey`, text),
    levels: optional(given.levels, `${option}.levels`, oneOf('numbers', 'words')),
    time: optional(given.time, `${option}.time`, oneOf('epoch', 'iso', 'both')),
  }
  const entries = Object.entries(checked).filter(([, value]) => value !== undefined)
  const [first] = entries
  if (first && format !== 'json' && format !== 'auto') {
    throw optionError(`${option}.${first[0]}`, 'a handler with the format json', format)
  }
  return Object.fromEntries(entries)
}

/** The key options among the checked options of a handler. */
export function keysOf(options: KeyOptions): KeyOptions {
  const given = KEY_NAMES.filter((name) => options[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name, options[name]]))
}
