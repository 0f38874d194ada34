// Message: which member of a JSON record is its message, and its text.

/** The first of these that a record has. `log`: of Docker. */
const KEYS = ['msg', 'message', 'MESSAGE', 'short_message', 'log'] as const

/** Returns the key of a record's message and its text; undefined if it has none. */
export function messageOf(
  record: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly text: string } | undefined {
  const key = KEYS.find((each) => record[each] !== undefined && record[each] !== null)
  if (key === undefined || (key === 'log' && typeof record.stream !== 'string')) return undefined
  const value = record[key]
  if (key === 'MESSAGE' && isBytes(value)) return { key, text: Buffer.from(value).toString() }
  const text = textOf(value)
  return { key, text: key === 'log' ? text.replace(/\r?\n$/, '') : text }
}

// The journal writes text with escape sequences so.
function isBytes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number')
}

/** A value as it is shown: text as it is, all else as JSON. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
