// Roarr: reads deferred records of roarr, whose `extra` is the library's message as JSON.

import { encodeString } from '../core/encode.js'
import { encodeField, encodeFields } from '../core/record.js'
import type { Content } from './content.js'

type Plain = Record<string, unknown>

/** A message of roarr. */
export interface Message {
  readonly context: Readonly<Record<string, unknown>>
  readonly message: string
  readonly sequence: string
  readonly time: number
  readonly version: string
}

/** Keys of a message's context that our record holds elsewhere or under another name. */
export const OWN: ReadonlySet<string> = new Set([
  'logLevel',
  'package',
  'program',
  'namespace',
  'error',
])

export function readRoarr(text: string): Content {
  const { context, message } = JSON.parse(text) as Message
  return { msg: message, fields: fieldsOf(context) }
}

/** The fields that our record gets from a message's context, encoded. */
export function fieldsOf(context: Message['context']): string {
  const { package: pack, program, error } = context
  let fields = pack === undefined ? '' : encodeField('program', program)
  for (const key of Object.keys(context))
    if (!OWN.has(key)) fields += encodeField(key, context[key])
  return fields + encodeSerialized(error)
}

// The application serializes errors itself; these are the members that the package serialize-error writes.
function encodeSerialized(error: unknown): string {
  if (error === undefined) return ''
  const { name, message, stack, ...others } = Object(error) as Plain
  if (typeof stack !== 'string') return encodeFields({ error })
  const type = encodeString(String(name ?? 'Error'))
  const rest = encodeFields({ message, stack, ...others })
  return `,"err":{"type":${type}${rest}}`
}
