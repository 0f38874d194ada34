// Check: what an option's value has to be, and the error that names the option, what was expected and what came.

import { expected, LogshareError } from '../core/errors.js'
import { isThreshold, THRESHOLD_NAMES, type Threshold } from '../core/level.js'

/** The value as it is used; throws `LOGSHARE_ERR_OPTION`. */
export type Check<T> = (value: unknown, option: string) => T
export type Shape = Readonly<Record<string, unknown>>

export function oneOf<const T extends string>(...choices: readonly T[]): Check<T> {
  return (value, option) => {
    const found = choices.find((choice) => choice === value)
    if (found !== undefined) return found
    throw fault(option, `one of ${choices.join(', ')}`, value)
  }
}

export function list<T>(item: Check<T>): Check<readonly T[]> {
  return (value, option) => {
    if (!Array.isArray(value)) throw fault(option, 'a list', value)
    return value.map((member, index) => item(member, `${option}[${index}]`))
  }
}

export function object(value: unknown, option: string, known?: readonly string[]): Shape {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fault(option, 'an object', value)
  }
  const stranger = known && Object.keys(value).find((key) => !known.includes(key))
  if (known && stranger !== undefined) {
    const place = option === 'options' ? stranger : `${option}.${stranger}`
    throw new LogshareError(
      'LOGSHARE_ERR_OPTION',
      `${place}: no such option; known here: ${known.join(', ')}`,
    )
  }
  return value as Shape
}

export function optional<T>(value: unknown, option: string, check: Check<T>): T | undefined {
  return value === undefined ? undefined : check(value, option)
}

export function fault(option: string, what: string, value: unknown): LogshareError {
  return new LogshareError('LOGSHARE_ERR_OPTION', `${option}: ${expected(what, value)}`)
}

export const text: Check<string> = (value, option) => {
  if (typeof value === 'string' && value !== '') return value
  throw fault(option, 'a text that is not empty', value)
}

export const boolean: Check<boolean> = (value, option) => {
  if (typeof value === 'boolean') return value
  throw fault(option, 'true or false', value)
}

export const threshold: Check<Threshold> = (value, option) => {
  if (isThreshold(value)) return value
  throw fault(option, `one of ${THRESHOLD_NAMES.join(', ')}`, value)
}

/** `scheme://host:port` of one of the schemes, or `unix:/path`. */
export function addressBy(...schemes: readonly string[]): Check<string> {
  const network = new RegExp(`^(?:${schemes.join('|')})://[^/]+$`)
  return (value, option) => {
    const given = text(value, option)
    const isNetwork = network.test(given) && URL.canParse(given) && new URL(given).port !== ''
    if (isNetwork || /^unix:\/./.test(given)) return given
    const networks = schemes.map((scheme) => `${scheme}://host:port`).join(', ')
    throw fault(option, `${networks} or unix:/path`, value)
  }
}
