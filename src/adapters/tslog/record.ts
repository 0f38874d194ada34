// Record: what tslog has made of a call, as a record, and what its logger in the root needs besides.

import { encodeString, escapeControls } from '../../core/encode.js'
import { encodeFields } from '../../core/record.js'
import type { AdapterContext } from '../kit/adapter.js'
import { canDefer, errorAmong, takeDeferred, take as takeRecord } from '../kit/capture/take.js'
import { messageOf, pack, packArgs, packPlain } from '../kit/capture/values.js'
import {
  identify,
  instances,
  type Logger,
  metaKey,
  nameOf,
  type Plain,
  type Settings,
} from './library.js'

const MASKED_ARGS = 'tslog.pipeline.maskedArgs'

export interface Call {
  readonly id: number
  readonly level: string
  readonly record: Plain
  readonly args: readonly unknown[]
}

/** Puts what the library has made of a call on the queue. */
export function take(
  logger: Logger,
  { id, level, record, args: given }: Call,
  context: AdapterContext,
): void {
  const { settings } = logger
  const args = maskedArgs(record) ?? given
  const own = ownFields(record, args, settings)
  const name = nameOf(settings)
  const number = Math.min(Math.max(Math.floor(id), 1), 6) * 10
  const plain = canDefer(context) ? packPlain(args) : undefined
  const parts = { args: plain ?? packArgs(args), own, meta: metaOf(record, settings) }
  const extra = context.relays ? extraOf(logger, { id, level }, parts) : undefined
  if (plain && extra && takeDeferred(context, 'tslog', name, number, extra)) return
  const shown = args.filter((arg) => !isFields(arg))
  const fields = Object.assign({}, ...args.filter(isFields)) as Plain
  takeRecord(context, {
    lib: 'tslog',
    name,
    level: number,
    msg: messageOf(shown),
    error: errorAmong(args),
    fields: encodeFields({ ...own, ...fields }),
    extra,
  })
}

interface Parts {
  /** Packed. */
  readonly args: string
  readonly own: Plain
  readonly meta: Plain
}

function extraOf(logger: Logger, { id, level }: Pick<Call, 'id' | 'level'>, parts: Parts): string {
  const { args, own, meta } = parts
  identify(logger)
  const start = `{"identity":${instances.describe(logger)},"id":${id},"level":${encodeString(level)}`
  return `${start},"args":${args},"fields":${pack(own)},"meta":${packMeta(meta)}}`
}

// What is read lazily is read here. The root sets the time itself.
function packMeta(meta: Plain): string {
  const isUsual = Object.keys(meta).every((key) => {
    return META_OBJECTS.has(key) || typeof meta[key] === 'string' || typeof meta[key] === 'number'
  })
  return (isUsual && encodeMeta(meta)) || pack({ ...meta, date: undefined })
}

const META_OBJECTS = new Set(['date', 'path', 'parentNames', 'name'])

function encodeMeta(meta: Plain): string | undefined {
  try {
    return escapeControls(JSON.stringify(meta))
  } catch {
    return undefined
  }
}

function maskedArgs(record: Plain): readonly unknown[] | undefined {
  const key = Object.getOwnPropertySymbols(record).find(
    ({ description }) => description === MASKED_ARGS,
  )
  return key && ((record as Record<symbol, unknown>)[key] as readonly unknown[] | undefined)
}

// Bindings and the application's default fields: what is in the record and does not come from the arguments.
function ownFields(record: Plain, args: readonly unknown[], settings: Settings): Plain {
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

function metaOf(record: Plain, settings: Settings): Plain {
  return (record[metaKey(settings)] ?? {}) as Plain
}

function isFields(value: unknown): value is Plain {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
