// Redact: replaces values that must not reach a handler, named by path, with `[REDACTED]`.

import type { Censor } from './censor.js'
import { escapeControls } from './encode.js'

/** What replaces a value. */
export const REDACTED = '[REDACTED]'

/** None of its methods changes what it is given, and none throws: what cannot be read is replaced as a whole. */
export interface Redact {
  /** Takes and returns encoded fields (`,"key":value…`). */
  fields(encoded: string): string
  /** The arguments that a message is formatted from. Objects with such values are replaced by copies. */
  args(args: readonly unknown[]): readonly unknown[]
  /** An object whose members are fields, or an error; a copy if it has such values. */
  value<T>(value: T): T
  /** A message, in which values of JSON objects and arrays are replaced. */
  message(text: string): string
  /** A `name` that the call has given, and not its logger. */
  name(text: string): string
}

/** Names of the record's own members; a field of such a name is written with a leading underscore. */
const OWN = 'level|time|pid|tid|source|seq|name|msg|lib'
const OWN_FIRST = new RegExp(`^(?:(${OWN})(?=[.[]|$)|\\[(?:"(${OWN})"|'(${OWN})'|(${OWN}))\\])`)

/**
 * Creates a redactor for paths such as `password`, `user.token`, `*.token`, `users[0].token`; undefined if there are no
 * paths. It works on encoded fields, so that Maps, Errors and `toJSON` have their final shape when the paths are looked
 * up. Throws the error of `@pinojs/redact` for a path that does not parse.
 */
export function createRedact(given: readonly string[]): Redact | undefined {
  if (given.length === 0) return undefined
  const paths = [...new Set(given.flatMap((path) => [path, ...underscored(path)]))]
  const library = require('@pinojs/redact') as typeof import('@pinojs/redact')
  const redact = library({
    paths: paths.map((path) => path.replaceAll(PROTO_MEMBER, '\0__proto__')),
  })
  const { createCensor } = require('./censor.js') as typeof import('./censor.js')
  const censor = createCensor(paths)
  const hidesMessage = censor.hides('msg')
  const hidesName = censor.hides('name')
  return {
    fields: (encoded) => (encoded === '' ? '' : redactFields(encoded, redact as Library)),
    args: (args) => censor.args(args),
    value: (value) => censor.value(value) as typeof value,
    message: (text) => (hidesMessage ? REDACTED : redactText(text, censor)),
    name: (text) => (hidesName ? REDACTED : text),
  }
}

// A field `name` of a call is in the record as `_name`.
function underscored(path: string): readonly string[] {
  const found = OWN_FIRST.exec(path)
  const key = found?.slice(1).find((each) => each !== undefined)
  return found && key ? [`_${key}${path.slice(found[0].length)}`] : []
}

type Library = (value: object) => string

const PROTO_MEMBER = /(?<![^.["'])__proto__(?![^.[\]"'])/g
const PROTO = '"__proto__":'
const HIDDEN = '"\\u0000__proto__":'

function redactFields(encoded: string, redact: Library): string {
  try {
    // The library's copy of an object would get a member of this name as its prototype, which is not written.
    const hasProto = encoded.includes(PROTO)
    const safe = hasProto ? encoded.replaceAll(PROTO, HIDDEN) : encoded
    const json = redact(JSON.parse(`{${safe.slice(1)}}`) as object)
    const text = escapeControls(hasProto ? json.replaceAll(HIDDEN, PROTO) : json)
    return text === '{}' ? '' : `,${text.slice(1, -1)}`
  } catch {
    return `,"fields":"${REDACTED}"`
  }
}

function redactText(text: string, censor: Censor): string {
  let left = ''
  let from = 0
  for (const [start, end] of findJson(text)) {
    const part = redactJson(text.slice(start, end), censor)
    if (part === undefined) continue
    left += text.slice(from, start) + part
    from = end
  }
  return from === 0 ? text : left + text.slice(from)
}

// Undefined if it is not JSON, or has nothing to replace.
function redactJson(json: string, censor: Censor): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined
  }
  try {
    const left = censor.value(value)
    return left === value ? undefined : JSON.stringify(left)
  } catch {
    return REDACTED // nested too deeply to be made a text again
  }
}

const TOKENS = /["{}[\]]/g
/** A JSON string without the quote before it. */
const STRING = /[^"\\]*(?:\\.[^"\\]*)*"/sy

// The outermost parts of a text in balanced brackets, in their order. Each character is looked at once.
function findJson(text: string): readonly (readonly [start: number, end: number])[] {
  const found: (readonly [start: number, end: number])[] = []
  const open: number[] = []
  TOKENS.lastIndex = 0
  for (let token = TOKENS.exec(text); token; token = TOKENS.exec(text)) {
    const [character] = token
    if (character === '{' || character === '[') open.push(token.index)
    else if (open.length === 0) continue
    else if (character !== '"') {
      const start = open.pop() as number
      while ((found.at(-1)?.[0] ?? -1) > start) found.pop()
      found.push([start, token.index + 1])
    } else {
      STRING.lastIndex = TOKENS.lastIndex
      if (!STRING.test(text)) break
      TOKENS.lastIndex = STRING.lastIndex
    }
  }
  return found
}
