// Errors: the one error class of logshare, and its codes.

import { withoutCredentials } from './notice.js'

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
    super(withoutCredentials(message), options)
    this.name = 'LogshareError'
    this.code = code
  }
}

/**
 * Text such as `expected true or false, got 'yes' (string)`, the same wherever a value is rejected. `isSecret`: without the
 * value.
 */
export function expected(what: string, value: unknown, isSecret = false): string {
  return `expected ${what}, got ${isSecret ? kindOf(value) : describe(value)}`
}

function kindOf(value: unknown): string {
  return value === null || value === undefined || value === ''
    ? describe(value)
    : `a ${typeof value}`
}

/** In what is no address, a password may have a slash. */
const WRONG_URL = /:\/\/.*@/s

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string')
    return `'${shorten(withoutCredentials(value.replace(WRONG_URL, '://…@')))}' (string)`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object') return `${String(value)} (${typeof value})`
  try {
    return `${shorten(JSON.stringify(value, showMember))} (${Array.isArray(value) ? 'array' : 'object'})`
  } catch {
    return Array.isArray(value) ? 'an array' : 'an object'
  }
}

// Texts within an object can be passwords or headers.
function showMember(key: string, value: unknown): unknown {
  const isShown =
    typeof value === 'object' || typeof value === 'boolean' || /^(?:type|\d*)$/.test(key)
  const isNumber = typeof value === 'number' && !/pass|token|secret|key|auth/i.test(key)
  if (typeof value === 'string') return isShown ? withoutCredentials(value) : '…'
  return isShown || isNumber ? value : '…'
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
