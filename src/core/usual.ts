// Usual: the usual calls, `(msg)` and `(fields, msg)`, encoded in one step.

import type { Draft } from './draft.js'
import { addFields, type Fields, type Serializers } from './fields.js'

/** A longer message (UTF-16 units) is no usual one. */
const MAX_TEXT = 2 ** 15

/** What follows a message: its quotation mark and the logger's own fields. */
export interface Closed {
  /** Before the fields of a call. */
  readonly before: string
  /** Where the call has none: with the end of the line. */
  readonly alone: string
}

export function createClosed(bindings: string): Closed {
  // Joined, so that the texts are in one piece.
  return { before: ['"', bindings].join(''), alone: ['"', bindings, '}'].join('') }
}

/**
 * Adds to a draft what follows `,"msg":"`, with the end of the line, as `encodeCall` encodes it without redaction; false for
 * any other call. Can throw what the fields or V8 throw.
 */
export function addUsual(
  draft: Draft,
  args: readonly unknown[],
  closed: Closed,
  serializers?: Serializers,
): boolean {
  const count = args.length
  const [first] = args
  if (count === 1) {
    if (typeof first !== 'string' || first.length > MAX_TEXT) return false
    draft.addText(first)
    draft.add(closed.alone)
    return true
  }
  const text = args[1]
  if (count !== 2 || typeof text !== 'string' || !isUsual(first)) return false
  if (text.length > MAX_TEXT) return false
  draft.addText(text)
  draft.add(closed.before)
  addFields(draft, first, serializers)
  draft.add('}')
  return true
}

// A cheaper look than `isPlain`, which accepts more.
function isUsual(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false
  const given = value as Fields
  return given.constructor === Object && typeof given.toJSON !== 'function'
}
