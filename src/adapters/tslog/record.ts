// Record: the parts of our record, and of the text for the root's logger, that are read from tslog's record of a call.

import { encodeString, escapeControls } from '../../core/encode.js'
import { pack } from '../kit/capture/codec.js'
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

// Encoding reads tslog's lazy members here, in the child. The root sets `date` itself.
function packMeta(meta: Plain): string {
  const isUsual = Object.keys(meta).every((key) => {
    return META_OBJECTS.has(key) || typeof meta[key] === 'string' || typeof meta[key] === 'number'
  })
  return (isUsual && encodeMeta(meta)) || pack({ ...meta, date: undefined })
}

const META_OBJECTS = new Set(['date', 'path', 'parentNames', 'name'])

function encodeMeta(meta: Plain): string | undefined {
  try {
    const read: Plain = { ...meta } // once: some members are computed when they are read
    if (read.path) read.path = withUndefined({ ...read.path })
    return escapeControls(JSON.stringify(withUndefined(read)))
  } catch {
    return undefined
  }
}

// JSON leaves out what is undefined: the method of a call in a function without a name, for example.
function withUndefined(copy: Plain): Plain {
  for (const key of Object.keys(copy)) if (copy[key] === undefined) copy[key] = UNDEFINED
  return copy
}

const UNDEFINED = { $: 'undefined' }

/** The arguments after the mask, which version 5 attaches to its record. */
export function maskedArgs(record: Plain): readonly unknown[] | undefined {
  const key = Object.getOwnPropertySymbols(record).find(
    ({ description }) => description === MASKED_ARGS,
  )
  return key && ((record as Record<symbol, unknown>)[key] as readonly unknown[] | undefined)
}

/** Members of tslog's record that do not come from the arguments: bindings and the application's default fields. */
export function ownFields(record: Plain, args: readonly unknown[], settings: Settings): Plain {
  const [first] = args
  const spread = args.length === 1 && typeof first === 'object' && first !== null ? first : NONE
  const ofError = first instanceof Error ? ERROR : NONE
  const meta = metaKey(settings)
  const isOwn = (key: string): boolean => {
    if (key === meta || key === 'nativeError' || key === settings.argumentsArrayName) return false
    return !Object.hasOwn(spread, key) && !Object.hasOwn(ofError, key) && !/^\d+$/.test(key)
  }
  return Object.fromEntries(Object.entries(record).filter(([key]) => isOwn(key)))
}

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
