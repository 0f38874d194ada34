// Record: converts consola's log objects to the text that goes with a record to the root, and back.

import type { Fields, LogRecord } from '../../core/record.js'
import { pack, revive, unpackArgs } from '../kit/capture/values.js'
import type { InstanceIdentity } from '../kit/identity/instances.js'
import { type Consola, instances, type LogObject } from './library.js'

/** What goes with a record: the log object without its date, and which instance logged it. */
export interface Extra {
  readonly identity: InstanceIdentity
  readonly type: string
  readonly level: number
  readonly tag: string
  readonly args: unknown
  readonly others: unknown
}

interface Head {
  readonly level: number
  readonly tag: string
  readonly text: string
}

// By instance and type: calls of one method of an instance mostly have the same head.
const heads = new WeakMap<Consola, Map<string, Head>>()

/** `Extra` as JSON. `args` is the text from `packArgs` or `packPlain`. */
export function toExtra(
  instance: Consola,
  { type, level, tag }: LogObject,
  args: string,
  others: Fields,
): string {
  const known = heads.get(instance) ?? new Map<string, Head>()
  heads.set(instance, known)
  let head = known.get(type)
  if (head?.level !== level || head.tag !== tag) {
    const own = JSON.stringify({ type, level, tag }).slice(1, -1)
    const text = `{"identity":${instances.describe(instance) ?? 'null'},${own},`
    head = { level, tag, text }
    known.set(type, head)
  }
  return `${head.text}"args":${args},"others":${pack(others)}}`
}

export function fromExtra({ time }: LogRecord, extra: Omit<Extra, 'identity'>): LogObject {
  const { type, tag, args, others } = extra
  const level = extra.level ?? Number.POSITIVE_INFINITY // JSON has null for it
  return {
    ...(revive(others) as object),
    date: new Date(time),
    args: unpackArgs(args),
    type,
    level,
    tag,
  }
}

const OWN = new Set(['date', 'args', 'type', 'level', 'tag'])
const NONE: Fields = {}

/** Further members of a log object: those of `defaults`, and of the object the application logged. */
export function otherFields(object: LogObject): Fields {
  let others: Record<string, unknown> | undefined
  for (const key of Object.keys(object)) {
    if (OWN.has(key)) continue
    others ??= {}
    others[key] = object[key]
  }
  return others ?? NONE
}
