// Values: the text of a log call's arguments, and they as JSON, if JSON expresses them; codec.ts packs others.

import { encodeString, escapeControls, isError } from '../../../core/encode.js'
import { isExact } from './exact.js'
import { formatted } from './inspected.js'
import { MAX_STRING } from './members.js'

/** The text that `util.format` makes of the arguments. For a single error only its message: the record has the rest. */
export function messageOf(args: readonly unknown[]): string {
  const [first] = args
  if (args.length !== 1 || !isError(first)) return formatted(args)
  try {
    return String(first.message)
  } catch {
    return ''
  }
}

/**
 * The arguments as one line of JSON, `[[a],[b]]`: each one is in its own list. Undefined unless JSON expresses each of them
 * exactly. Never throws.
 */
export function packPlain(args: readonly unknown[]): string | undefined {
  let text = '['
  for (let i = 0; i < args.length; i++) {
    const plain = plainText(args[i])
    if (plain === undefined) return undefined
    text += `${i === 0 ? '[' : ',['}${plain}]`
  }
  return `${text}]`
}

/** The value as JSON, or undefined unless JSON expresses it exactly. */
export function plainText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.length < MAX_STRING ? encodeString(value) : undefined
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : undefined
    case 'boolean':
      return String(value)
    case 'object':
      if (value === null) return 'null'
      return isExact(value) ? escapeControls(JSON.stringify(value)) : undefined
    default:
      return undefined
  }
}
