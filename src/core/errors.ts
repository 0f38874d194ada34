// What can go wrong at the edge: one error class with a code, thrown by configuration and start only.

export const ERROR_CODES = [
  'LOGSHARE_ERR_OPTION',
  'LOGSHARE_ERR_CONFIG',
  'LOGSHARE_ERR_DIR',
  'LOGSHARE_ERR_HANDLER',
  'LOGSHARE_ERR_LEVEL',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

export class LogshareError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LogshareError'
    this.code = code
  }
}

/** `expected a boolean, got 'yes' (string)`: the same words wherever a value is refused. */
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
