// Check: functions that validate one option's value and throw an error that names option, expected and actual value.

import { levelOfWord } from '../core/alias.js'
import { expected, LogshareError } from '../core/errors.js'
import { isThreshold, levelName, THRESHOLD_NAMES, type Threshold } from '../core/level.js'

/**
 * Returns the value in the form in which it is used. Throws `LOGSHARE_ERR_OPTION` if it is not valid. `option` is the
 * option's path, for the message: `handlers[0].rotate.size`.
 */
export type Check<T> = (value: unknown, option: string) => T
/** An object whose members are not checked yet. */
export type Shape = Readonly<Record<string, unknown>>

/** Calls `act`. The message of a `LogshareError` that it throws gets what `prefix` makes of it in front. */
export function withPrefix<T>(prefix: (message: string) => string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (error instanceof LogshareError) error.message = prefix(error.message) + error.message
    throw error
  }
}

/** Accepts only the given texts. */
export function oneOf<const T extends string>(...choices: readonly T[]): Check<T> {
  return (value, option) => {
    const found = choices.find((choice) => choice === value)
    if (found !== undefined) return found
    throw optionError(option, `one of ${choices.join(', ')}`, value, choices)
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
      `${path}: unknown option, expected one of ${known.join(', ')}${hint(unknown, known)}`,
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

/**
 * The error for a wrong value: `level: expected one of trace, …, got 'loud' (string)`. `choices`: the values that are
 * accepted, if they are words; the error names the most similar one.
 */
export function optionError(
  option: string,
  what: string,
  value: unknown,
  choices: readonly string[] = [],
): LogshareError {
  return new LogshareError(
    'LOGSHARE_ERR_OPTION',
    `${option}: ${expected(what, value, SECRET.test(option))}${hint(value, choices)}`,
  )
}

function hint(given: unknown, names: readonly string[]): string {
  const { nearest } = require('./nearest.js') as typeof import('./nearest.js')
  const name = typeof given === 'string' ? nearest(given, names) : undefined
  return name === undefined ? '' : `; did you mean '${name}'?`
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

/** Accepts a level name or `silent` in any case of letters, and what other loggers call a level. */
export const threshold: Check<Threshold> = (value, option) => {
  if (isThreshold(value)) return value
  const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (OFF.includes(word)) return 'silent'
  const level = levelOfWord(word)
  if (level !== undefined) return levelName(level)
  throw optionError(option, `one of ${THRESHOLD_NAMES.join(', ')}`, value, THRESHOLD_NAMES)
}

const OFF: readonly string[] = ['silent', 'off', 'none']

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
