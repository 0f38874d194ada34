// Errors: the one error class of logshare, and its codes.

export const ERROR_CODES = [
  'LOGSHARE_ERR_OPTION',
  'LOGSHARE_ERR_CONFIG',
  'LOGSHARE_ERR_DIR',
  'LOGSHARE_ERR_HANDLER',
  'LOGSHARE_ERR_LEVEL',
] as const

/** Code of a `LogshareError`; each is a heading in the README. */
export type ErrorCode = (typeof ERROR_CODES)[number]

/** Error of logshare's API and command line; `code` tells what went wrong. A log call never throws it. */
export class LogshareError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LogshareError'
    this.code = code
  }
}

/** Text such as `expected true or false, got 'yes' (string)`, the same wherever a value is rejected. */
export function expected(what: string, value: unknown): string {
  return `expected ${what}, got ${describe(value)}`
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `'${shorten(value)}' (string)`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object') return `${String(value)} (${typeof value})`
  try {
    return `${shorten(JSON.stringify(value))} (${Array.isArray(value) ? 'array' : 'object'})`
  } catch {
    return Array.isArray(value) ? 'an array' : 'an object'
  }
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
