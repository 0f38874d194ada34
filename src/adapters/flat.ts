// Flat: the members of a JSON object that has neither objects nor escapes in it, found without making values of them.

/** What a record's text does not have as libraries write it: characters that move a cursor, halves of characters. */
export const UNUSUAL: RegExp = /[\u007f-\u009f\u2028\u2029\ud800-\udfff]/

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN = 91
const BRACE = 123
const CLOSE = 125

/** Whether texts in it stand as they are, so that they may be cut out. */
export function isFlat(text: string): boolean {
  return !text.includes('\\') && !UNUSUAL.test(text)
}

/**
 * Calls `visit` with each member of the object that begins at `from`, `{"a":1}`: its key, and where the member, its value
 * and what follows begin. Returns where the object has ended; -1 if it is not as it should be.
 */
export function eachMember(
  text: string,
  from: number,
  visit: (key: string, member: number, value: number, end: number) => void,
): number {
  if (text.charCodeAt(from) !== BRACE) return -1
  if (text.charCodeAt(from + 1) === CLOSE) return from + 2
  for (let at = from + 1; ; at++) {
    const quote = text.charCodeAt(at) === QUOTE ? text.indexOf('"', at + 1) : -1
    if (quote < 0 || text.charCodeAt(quote + 1) !== COLON) return -1
    const end = endOf(text, quote + 2)
    if (end < 0) return -1
    visit(text.slice(at + 1, quote), at, quote + 2, end)
    at = end
    if (text.charCodeAt(at) === CLOSE) return at + 1
    if (text.charCodeAt(at) !== COMMA) return -1
  }
}

function endOf(text: string, from: number): number {
  const first = text.charCodeAt(from)
  if (first === QUOTE) return text.indexOf('"', from + 1) + 1 || -1
  if (first === BRACE || first === OPEN) return -1
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === COMMA || code === CLOSE) return at
  }
  return -1
}
