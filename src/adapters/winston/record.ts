// Records of winston: what a logger was given to write, as one of ours and as text for the root's logger.

import { encodeString, isError } from '../../core/encode.js'
import { encodeField, type LogRecord } from '../../core/record.js'
import { pack, restore } from '../kit/capture/codec.js'
import { textOf as printed, type Taken, withoutColours } from '../kit/capture/take.js'
import { filesOf, type Identity, nameOf } from './identity.js'
import { withoutText } from './json.js'
import { levelOf } from './levels.js'
import { type Info, LEVEL, type Logger, levelName, SPLAT, type Transport } from './library.js'
import { revive, type Shaped } from './rebuild.js'

/** What goes to the root beside the record. */
export interface Extra {
  readonly identity: Identity
  readonly level: string
  /** Whether the level that let it through is the child's own. */
  readonly isOwn: boolean
  readonly info: Info
  readonly splat: unknown[]
}

/** The error a record is about, wherever the call had it. */
export function errorOf(info: Info): Error | undefined {
  if (isError(info)) return info
  if (isError(info.message)) return info.message
  return info[SPLAT]?.find(isError) ?? [info.err, info.error].find(isError)
}

/**
 * What the logger's own format makes of it here, which may be the given one, changed, as ever; undefined if that leaves it
 * out. If the format throws it is the given one: the root's may well take it.
 */
export function format(logger: Logger, info: Info, isTextWanted: boolean): Info | undefined {
  info[LEVEL] = levelName(info)
  try {
    if (!isTextWanted) return withoutText(() => transform(logger, info))
  } catch {
    // Perhaps for want of the text.
  }
  try {
    return transform(logger, info)
  } catch {
    return info
  }
}

function transform({ format }: Logger, info: Info): Info | undefined {
  return format.transform(info, format.options) || undefined
}

/** A record of ours, of what the logger's format has made. */
export function toTaken(
  logger: Logger,
  identity: Identity,
  formatted: Info,
  error?: Error,
  extra?: string,
): Taken {
  const { message } = formatted
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

// The record's `err` has it.
function isOfError(key: string, value: unknown, error: Error | undefined): boolean {
  if (!error) return false
  return value === error || (key === 'stack' && value === error.stack) || key === 'cause'
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message
  return message === undefined ? '' : printed([message])
}

export function toExtra(logger: Logger, identity: Identity, info: Info, isOwn: boolean): string {
  const head = headText(logger, identity, levelName(info), isOwn)
  return `[${head},${pack(info)},${pack(info[SPLAT] ?? [])}]`
}

/** A record of ours that has all of it. */
export function toShaped(
  logger: Logger,
  identity: Identity,
  info: Info,
  { message, fields, keys }: Shaped,
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

function headText(logger: Logger, identity: Identity, level: string, isOwn: boolean): string {
  const start = identityText(logger, identity)
  return `{"identity":${start},"level":${encodeString(level)},"isOwn":${isOwn}}`
}

const identities = new WeakMap<Identity, { transports: readonly Transport[]; text: string }>()

// The same for all records of a logger, as long as it has the same transports.
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

/** Throws for what `toExtra` and `toShaped` have not made. */
export function fromExtra(record: LogRecord, text: string): Extra {
  const [head, info, splat] = JSON.parse(text) as [Omit<Extra, 'info' | 'splat'>, unknown, unknown]
  if (Array.isArray(info)) {
    return { ...head, ...revive(record, head.level, info as string[], splat as string[] | null) }
  }
  return { ...head, info: restore(info) as Info, splat: restore(splat) as unknown[] }
}
