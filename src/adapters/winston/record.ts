// Record: converts winston's info to our record, and to the text from which the root restores the info.

import { encodeString, isError } from '../../core/encode.js'
import { encodeField, type LogRecord } from '../../core/record.js'
import { pack } from '../kit/capture/codec.js'
import { textOf as printed, type Taken, withoutColours } from '../kit/capture/take.js'
import { restore } from '../kit/relay/restore.js'
import type { Formatted } from './formatted.js'
import { filesOf, type Identity, nameOf } from './identity.js'
import { withoutText } from './json.js'
import { levelOf } from './levels.js'
import { type Info, LEVEL, type Logger, levelName, SPLAT, type Transport } from './library.js'
import { rebuildInfo, type Shape } from './rebuild.js'
import type { Show } from './shown.js'

/** What the root's `relay` needs in addition to the record. */
export interface Extra {
  readonly identity: Identity
  readonly level: string
  /** Whether the child has set the logger's level itself. */
  readonly isOwn: boolean
  readonly info: Info
  /** By which formats find the record. */
  readonly splat: unknown[]
  /** Whether the child's info had this array. */
  readonly hasSplat: boolean
  readonly formatted?: Formatted | null
}

/** Finds the error in the places where a log call can pass one. */
export function errorOf(info: Info): Error | undefined {
  if (isError(info)) return info
  if (isError(info.message)) return info.message
  const found = info[SPLAT]?.find(isError)
  if (found) return found
  return isError(info.err) ? info.err : isError(info.error) ? info.error : undefined
}

/**
 * Runs the logger's format in the child. Like any winston format, it may change the given info, and throw.
 * Returns undefined if the format drops the info.
 */
export function format(logger: Logger, info: Info, isTextWanted: boolean): Info | undefined {
  info[LEVEL] = levelName(info)
  try {
    if (!isTextWanted) return withoutText(() => transform(logger, info))
  } catch {
    // The format may need the text: try again with it.
  }
  return transform(logger, info)
}

function transform({ format }: Logger, info: Info): Info | undefined {
  return format.transform(info, format.options) || undefined
}

/** Converts what the logger's format has returned. */
export function toRecord(
  logger: Logger,
  identity: Identity,
  formatted: Info,
  error?: Error,
  { extra, show }: { readonly extra?: string | undefined; readonly show?: Show | undefined } = {},
): Taken {
  const message = show ? show(formatted.message) : formatted.message
  let fields = ''
  for (const key of Object.keys(formatted)) {
    const value = formatted[key]
    if (key === 'level' || key === 'message' || isOfError(key, value, error)) continue
    fields += encodeField(key, value)
  }
  const text = isError(message) ? message.message : textOf(message)
  return {
    lib: 'winston',
    name: nameOf(identity),
    level: levelOf(logger.levels, levelName(formatted)),
    msg: withoutColours(text),
    error,
    fields,
    extra,
  }
}

// Such a member is already in the record's `err`.
function isOfError(key: string, value: unknown, error: Error | undefined): boolean {
  if (!error) return false
  return value === error || (key === 'stack' && value === error.stack) || key === 'cause'
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message
  return message === undefined ? '' : printed([message])
}

/** `formatted`: a `Formatted` as JSON, if the info has passed the child's formats. */
export function toExtra(head: string, info: Info, formatted = 'null'): string {
  return `[${head},${pack(info)},${pack(info[SPLAT] ?? null)},${formatted}]`
}

/** Converts an info that the root can rebuild from our record. */
export function toShapedRecord(
  logger: Logger,
  identity: Identity,
  info: Info,
  { message, fields, keys }: Shape,
  isOwn: boolean,
): Taken {
  const level = levelName(info)
  return {
    lib: 'winston',
    name: nameOf(identity),
    level: levelOf(logger.levels, level),
    msg: message,
    fields,
    extra: `[${headText(logger, identity, level, isOwn)},${keys}]`,
  }
}

/** The head of an `Extra`, as JSON. */
export function headText(
  logger: Logger,
  identity: Identity,
  level: string,
  isOwn: boolean,
): string {
  const start = identityText(logger, identity)
  return `{"identity":${start},"level":${encodeString(level)},"isOwn":${isOwn}}`
}

const identities = new WeakMap<Identity, { transports: readonly Transport[]; text: string }>()

// Cached for as long as the logger has the same transports.
function identityText(logger: Logger, identity: Identity): string {
  const { transports } = logger
  const known = identities.get(identity)
  const isSame =
    known?.transports.length === transports.length &&
    transports.every((transport, i) => transport === known.transports[i])
  if (isSame) return known.text
  const text = JSON.stringify({ ...identity, files: filesOf(logger) })
  identities.set(identity, { transports: [...transports], text })
  return text
}

/** Throws if `text` was not produced by `toExtra` or `toShapedRecord`. */
export function fromExtra(record: LogRecord, text: string): Extra {
  const [head, info, splat, formatted = null] = JSON.parse(text) as [
    Omit<Extra, 'info' | 'splat' | 'formatted'>,
    unknown,
    unknown,
    Formatted | null,
  ]
  if (Array.isArray(info)) {
    return {
      ...head,
      ...withSplat(rebuildInfo(record, head.level, info as string[], splat as string[] | null)),
    }
  }
  const values = { info: restore(info) as Info, splat: restore(splat) as unknown[] | null }
  return { ...head, ...withSplat(values), formatted }
}

// The format `splat` prefers the array to the member `splat` of the info.
function withSplat({
  info,
  splat,
}: {
  readonly info: Info
  readonly splat: unknown[] | null
}): Pick<Extra, 'info' | 'splat' | 'hasSplat'> {
  const given: unknown = info.splat
  return { info, splat: splat ?? (Array.isArray(given) ? given : []), hasSplat: splat !== null }
}
