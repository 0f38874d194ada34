// roarr: its message, as the library makes it a text.

import { encodeString } from '../core/encode.js'
import { encodeField, encodeFields } from '../core/record.js'
import type { Content } from './content.js'

type Plain = Record<string, unknown>

export interface Message {
  readonly context: Readonly<Record<string, unknown>>
  readonly message: string
  readonly sequence: string
  readonly time: number
  readonly version: string
}

/** What stands elsewhere in a record, or under another name. */
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

/** A context's fields, as a record has them. */
export function fieldsOf(context: Message['context']): string {
  const { package: pack, program, error } = context
  let fields = pack === undefined ? '' : encodeField('program', program)
  for (const key of Object.keys(context))
    if (!OWN.has(key)) fields += encodeField(key, context[key])
  return fields + encodeSerialized(error)
}

// An error arrives as what the application has made of it; `serialize-error` names its parts like this.
function encodeSerialized(error: unknown): string {
  if (error === undefined) return ''
  const { name, message, stack, ...others } = Object(error) as Plain
  if (typeof stack !== 'string') return encodeFields({ error })
  const type = encodeString(String(name ?? 'Error'))
  const rest = encodeFields({ message, stack, ...others })
  return `,"err":{"type":${type}${rest}}`
}
