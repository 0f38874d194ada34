// Check: functions that validate one option's value and throw an error that names option, expected and actual value.

import { expected, LogshareError } from '../core/errors.js'
import { isThreshold, THRESHOLD_NAMES, type Threshold } from '../core/level.js'

/**
 * Returns the value in the form in which it is used. Throws `LOGSHARE_ERR_OPTION` if it is not valid. `option` is the
 * option's path, for the message: `handlers[0].rotate.size`.
 */
export type Check<T> = (value: unknown, option: string) => T
/** An object whose members are not checked yet. */
export type Shape = Readonly<Record<string, unknown>>

/** Accepts only the given texts. */
export function oneOf<const T extends string>(...choices: readonly T[]): Check<T> {
  return (value, option) => {
    const found = choices.find((choice) => choice === value)
    if (found !== undefined) return found
    throw optionError(option, `one of ${choices.join(', ')}`, value)
  }
}

/** Accepts an array whose items all pass `item`. */
export function list<T>(item: Check<T>): Check<readonly T[]> {
  return (value, option) => {
    if (!Array.isArray(value)) throw optionError(option, 'an array', value)
    return value.map((member, index) => item(member, `${option}[${index}]`))
  }
}

/**
 * Accepts an object, and returns a view of its own members: Object.prototype may have been changed. With `known`, only one
 * that has no other keys.
 */
export function object(value: unknown, option: string, known?: readonly string[]): Shape {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw optionError(option, 'an object', value)
  }
  const unknown = known && Object.keys(value).find((key) => !known.includes(key))
  if (known && unknown !== undefined) {
    const path = option === 'options' ? unknown : `${option}.${unknown}`
    throw new LogshareError(
      'LOGSHARE_ERR_OPTION',
      `${path}: unknown option, expected one of ${known.join(', ')}`,
    )
  }
  return new Proxy(value as Shape, { get: ownMember })
}

function ownMember(given: Shape, key: string): unknown {
  const member = given[key]
  return Object.hasOwn(given, key) ? member : undefined
}

/** Applies `check` unless the value is `undefined`. */
export function optional<T>(value: unknown, option: string, check: Check<T>): T | undefined {
  return value === undefined ? undefined : check(value, option)
}

/** Options whose values are in no message. */
const SECRET = /\.(?:password|token|options|headers(?:\[.*\])?)$/s

/** The error for a wrong value: `level: expected one of trace, …, got 'loud' (string)`. */
export function optionError(option: string, what: string, value: unknown): LogshareError {
  return new LogshareError(
    'LOGSHARE_ERR_OPTION',
    `${option}: ${expected(what, value, SECRET.test(option))}`,
  )
}

/** Accepts a non-empty string. */
export const text: Check<string> = (value, option) => {
  if (typeof value === 'string' && value !== '') return value
  throw optionError(option, 'a non-empty string', value)
}

/** Accepts `true` and `false`. */
export const boolean: Check<boolean> = (value, option) => {
  if (typeof value === 'boolean') return value
  throw optionError(option, 'true or false', value)
}

/** Accepts a level name or `silent`. */
export const threshold: Check<Threshold> = (value, option) => {
  if (isThreshold(value)) return value
  throw optionError(option, `one of ${THRESHOLD_NAMES.join(', ')}`, value)
}

/** Accepts `scheme://host:port` with one of the schemes, or `unix:/path`. */
export function addressBy(...schemes: readonly string[]): Check<string> {
  const network = new RegExp(`^(?:${schemes.join('|')})://[^/]+$`)
  return (value, option) => {
    const given = text(value, option)
    const isNetwork = network.test(given) && URL.canParse(given) && new URL(given).port !== ''
    if (isNetwork || /^unix:\/./.test(given)) return given
    const networks = schemes.map((scheme) => `${scheme}://host:port`).join(', ')
    throw optionError(option, `${networks} or unix:/path`, value)
  }
}
