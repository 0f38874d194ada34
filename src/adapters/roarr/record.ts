// Record: makes our record of a message of roarr.

import { encodeString } from '../../core/encode.js'
import { encodeField, encodeFields } from '../../core/record.js'
import type { Taken } from '../kit/capture/take.js'
import type { Message } from './library.js'

/** Keys of a message's context that our record holds elsewhere or under another name. */
const OWN: ReadonlySet<string> = new Set(['logLevel', 'package', 'program', 'namespace', 'error'])

/** `text` is a serialized message. If the application's `serializeMessage` makes no JSON, it is the record's message. */
export function toRecord(text: string): Taken {
  const { context, message } = parse(text) ?? { context: {}, message: String(text) }
  return {
    lib: 'roarr',
    name: nameOf(context),
    level: levelOf(context.logLevel),
    msg: message,
    fields: fieldsOf(context),
  }
}

function parse(text: string): Message | undefined {
  try {
    const { context, message } = JSON.parse(text) as Partial<Message>
    if (typeof context === 'object' && context && typeof message === 'string')
      return { context, message }
  } catch {
    // No JSON.
  }
  return undefined
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

function fieldsOf(context: Message['context']): string {
  const { package: pack, program, error } = context
  let fields = pack === undefined ? '' : encodeField('program', program)
  for (const key of Object.keys(context))
    if (!OWN.has(key)) fields += encodeField(keyOf(key, error), context[key])
  return fields + encodeSerialized(error)
}

// Our record has the error under this key.
function keyOf(key: string, error: unknown): string {
  return key === 'err' && error !== undefined ? '_err' : key
}

// The application serializes errors itself; these are the members that the package serialize-error writes.
function encodeSerialized(error: unknown): string {
  if (error === undefined) return ''
  const { name, message, stack, ...others } = Object(error) as Record<string, unknown>
  if (typeof stack !== 'string') return encodeFields({ error })
  const type = encodeString(String(name ?? 'Error'))
  const rest = encodeFields({ message, stack, ...others })
  return `,"err":{"type":${type}${rest}}`
}
