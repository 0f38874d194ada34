// Inspected: the text that `util.format` makes of texts, numbers and flat objects, in a sixth of its time.
//
// Node looks at every value for what only few have: accessors, classes, cycles, colours. What may have any of it is left to
// Node, so that the text is always the same.

import { inspect, types } from 'node:util'
import { formatArgs } from '../../../core/record.js'

/** Characters: with more, Node may break the line. Its limit counts other things, too. */
const MAX_LINE = 66
const MAX_KEYS = 16
/** Keys that Node does not quote. `constructor` would name a class. */
const KEY = /^(?!constructor$|__proto__$)[A-Za-z_][A-Za-z_0-9]*$/
const QUOTE = 0x27
const BACKSLASH = 0x5c
const MAX_KNOWN = 1000

/** The text that `util.format` makes of the arguments. Never throws. */
export function formatted(args: readonly unknown[]): string {
  return (args.length > 1 ? formatPlain(args) : undefined) ?? formatArgs(args)
}

// Undefined if Node has to format the arguments.
function formatPlain(args: readonly unknown[]): string | undefined {
  const [first] = args
  if (typeof first === 'string' && first.includes('%')) return undefined
  let text = ''
  for (const arg of args) {
    const shown = typeof arg === 'string' ? arg : inspectPlain(arg)
    if (shown === undefined) return undefined
    text += ` ${shown}`
  }
  return text.slice(1)
}

function inspectPlain(value: unknown): string | undefined {
  if (!hasDefaults()) return undefined
  if (typeof value !== 'object' || value === null) return primitive(value)
  return isFlat(value) ? inspectFlat(value as Record<string, unknown>) : undefined
}

function inspectFlat(value: Record<string, unknown>): string | undefined {
  const keys = Object.keys(value)
  if (keys.length === 0 || keys.length > MAX_KEYS) return undefined
  let text = ''
  for (const key of keys) {
    const member = Object.getOwnPropertyDescriptor(value, key)
    if (member === undefined || !('value' in member) || !isName(key)) return undefined
    const given: unknown = member.value
    const shown = typeof given === 'string' ? quoted(given) : primitive(given)
    if (shown === undefined) return undefined
    text += text === '' ? `${key}: ${shown}` : `, ${key}: ${shown}`
  }
  return text.length > MAX_LINE ? undefined : `{ ${text} }`
}

function isFlat(value: object): boolean {
  if (types.isProxy(value) || Object.getPrototypeOf(value) !== Object.prototype) return false
  const { [inspect.custom]: custom, [Symbol.toStringTag]: tag } = value as Record<symbol, unknown>
  if (custom !== undefined || tag !== undefined || Object.hasOwn(value, 'constructor')) return false
  return Object.getOwnPropertySymbols(value).length === 0
}

function primitive(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? undefined : `${value}`
    case 'boolean':
    case 'undefined':
      return `${value}`
    default:
      return value === null ? 'null' : undefined
  }
}

function quoted(text: string): string | undefined {
  if (text.length > MAX_LINE) return undefined
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return undefined
  }
  return `'${text}'`
}

// The application may have changed them.
function hasDefaults(): boolean {
  const options = inspect.defaultOptions
  const { compact, breakLength, depth, maxStringLength } = options
  const { sorted, showHidden, colors, numericSeparator } = options
  const isUsual = compact === 3 && !sorted && !showHidden && !colors && !numericSeparator
  return isUsual && Number(breakLength) >= 80 && depth === 2 && Number(maxStringLength) >= MAX_LINE
}

const names = new Map<string, boolean>()

function isName(key: string): boolean {
  let is = names.get(key)
  if (is === undefined) {
    is = KEY.test(key)
    if (names.size < MAX_KNOWN) names.set(key, is)
  }
  return is
}
