// Record: the parts of our record, and of the text for the root's logger, that are read from tslog's record of a call.

import { encodeString } from '../../core/encode.js'
import { pack } from '../kit/capture/codec.js'
import { plainText } from '../kit/capture/values.js'
import type { InstanceIdentity } from '../kit/identity/instances.js'
import { identify, instances, type Logger, metaKey, type Plain, type Settings } from './library.js'

const MASKED_ARGS = 'tslog.pipeline.maskedArgs'

export interface Call {
  readonly id: number
  readonly level: string
  /** What tslog's `log` has returned. */
  readonly record: Plain
  readonly args: readonly unknown[]
}

/** What the root's `relay` needs in addition to the record: the text of `toExtra`, parsed. */
export interface Extra {
  readonly identity: InstanceIdentity
  readonly id: number
  readonly level: string
  /** By `packPlain`. */
  readonly args?: readonly (readonly unknown[])[]
  /** By `pack`, if JSON does not express all of them. */
  readonly packed?: unknown
  readonly fields: unknown
  readonly meta: unknown
}

interface Parts {
  /** The arguments, packed. */
  readonly args: string
  /** Whether `packPlain` has packed them. */
  readonly isPlain: boolean
  readonly own: Plain
  readonly meta: Plain
}

export function toExtra(
  logger: Logger,
  { id, level }: Pick<Call, 'id' | 'level'>,
  parts: Parts,
): string {
  const { args, isPlain, own, meta } = parts
  identify(logger)
  const start = `{"identity":${instances.describe(logger)},"id":${id},"level":${encodeString(level)}`
  return `${start},"${isPlain ? 'args' : 'packed'}":${args},"fields":${pack(own)},"meta":${packMeta(meta)}}`
}

// Encoding reads tslog's lazy members here, in the child.
function packMeta(meta: Plain): string {
  try {
    const text = encodeMeta(meta)
    if (text !== undefined) return text
  } catch {
    // A member throws when it is read.
  }
  return pack({ ...meta, date: undefined })
}

// Member by member, so that what is undefined (the method of a call in a function without a name, for example) keeps its
// place. The root sets `date` itself.
function encodeMeta(meta: Plain): string | undefined {
  return encodeMembers(meta, (key) => {
    if (key === 'date') return '0'
    const value = meta[key] // once: some members are computed when they are read
    return key === 'path' ? encodePath(value) : encodeMember(value)
  })
}

function encodeMembers(
  object: Plain,
  encode: (key: string) => string | undefined,
): string | undefined {
  let text = ''
  for (const key of Object.keys(object)) {
    const member = key === '$' ? undefined : encode(key)
    if (member === undefined) return undefined
    text += `,${encodeString(key)}:${member}`
  }
  return `{${text.slice(1)}}`
}

function encodeMember(value: unknown): string | undefined {
  return value === undefined ? '{"$":"undefined"}' : plainText(value)
}

interface Place {
  readonly path: Plain
  readonly text: string
}

let last: Place | undefined

// Most calls come from the same place as the one before.
function encodePath(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return encodeMember(value)
  if (last && isSame(value as Plain, last.path)) return last.text
  const path = { ...value } as Plain
  const text = encodeMembers(path, (key) => encodeMember(path[key]))
  const isFlat = Object.values(path).every((member) => typeof member !== 'object')
  if (text !== undefined && isFlat) last = { path, text }
  return text
}

function isSame(value: Plain, path: Plain): boolean {
  const keys = Object.keys(value)
  const known = Object.keys(path)
  if (keys.length !== known.length) return false
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    if (key !== known[i] || value[key] !== path[key]) return false
  }
  return true
}

let maskedKey: symbol | undefined

/** The arguments after the mask, which version 5 attaches to its record. */
export function maskedArgs(record: Plain): readonly unknown[] | undefined {
  if (maskedKey === undefined || !Object.hasOwn(record, maskedKey)) {
    maskedKey = Object.getOwnPropertySymbols(record).find(
      ({ description }) => description === MASKED_ARGS,
    )
    if (maskedKey === undefined) return undefined
  }
  return (record as Record<symbol, unknown>)[maskedKey] as readonly unknown[] | undefined
}

/** Members of tslog's record that do not come from the arguments: bindings and the application's default fields. */
export function ownFields(record: Plain, args: readonly unknown[], settings: Settings): Plain {
  const [first] = args
  const spread = args.length === 1 && typeof first === 'object' && first !== null ? first : NONE
  const ofError = first instanceof Error ? ERROR : NONE
  const meta = metaKey(settings)
  const own: Plain = {}
  for (const key of Object.keys(record)) {
    if (key === meta || key === 'nativeError' || key === settings.argumentsArrayName) continue
    if (Object.hasOwn(spread, key) || Object.hasOwn(ofError, key) || /^\d+$/.test(key)) continue
    Object.defineProperty(own, key, { ...MEMBER, value: record[key] })
  }
  return own
}

const MEMBER = { configurable: true, enumerable: true, writable: true }
const NONE = {}
const ERROR = { name: '', message: '', stack: '', cause: '' }

export function metaOf(record: Plain, settings: Settings): Plain {
  return (record[metaKey(settings)] ?? {}) as Plain
}

/** Whether an argument is a plain object, whose members become fields of our record. */
export function isFields(value: unknown): value is Plain {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
