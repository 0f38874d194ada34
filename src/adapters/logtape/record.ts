// Record: makes our record of LogTape's.

import { isError } from '../../core/encode.js'
import { encodeFields } from '../../core/record.js'
import type { Redact } from '../../core/redact.js'
import { inspectionOf, type Taken } from '../kit/capture/take.js'
import { type Entry, nameOf, numberOf, type Properties } from './library.js'

/** `redact` is applied to what the message holds of the properties. */
export function toRecord(
  { category, level, message: parts, properties: given }: Entry,
  redact?: Redact,
): Taken {
  const properties = resolve(given)
  const message = redact ? withoutHidden(parts, properties, redact) : parts
  const known = errorOf(properties)
  return {
    lib: 'logtape',
    name: nameOf(category),
    level: numberOf(level),
    msg: message.length === 1 ? String(message[0]) : joined(message),
    error: known,
    fields: encodeFields(
      known && known === properties.error ? withoutError(properties) : properties,
    ),
  }
}

function joined(message: readonly unknown[]): string {
  return message.map((part, i) => (i % 2 === 0 ? String(part) : textOf(part))).join('')
}

function withoutError({ error: _, ...rest }: Properties): Properties {
  return rest
}

// Values between the texts are those of properties, or arguments of a template.
function withoutHidden(
  parts: readonly unknown[],
  properties: Properties,
  redact: Redact,
): readonly unknown[] {
  const left = redact.value(properties)
  const hidden = new Map(
    Object.keys(properties)
      .filter((key) => left[key] !== properties[key])
      .map((key) => [properties[key], left[key]]),
  )
  const shown = redact.args(parts)
  return parts.map((part, i) => (i % 2 === 1 && hidden.has(part) ? hidden.get(part) : shown[i]))
}

function errorOf(properties: Properties): Error | undefined {
  if (isError(properties.error)) return properties.error
  for (const key of Object.keys(properties)) {
    const value = properties[key]
    if (isError(value)) return value
  }
  return undefined
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value instanceof Error ? value.message : inspectionOf([value])
}

const LAZY = Symbol.for('logtape.lazy')

type Lazy = { readonly [LAZY]?: true; readonly getter?: () => unknown } | null | undefined

// A lazy value is read for each record.
function resolve(properties: Properties): Properties {
  const read = (value: unknown): unknown => {
    const given = value as Lazy
    return given?.[LAZY] && given.getter ? given.getter() : value
  }
  const hasLazy = Object.keys(properties).some((key) => (properties[key] as Lazy)?.[LAZY])
  if (!hasLazy) return properties
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, read(value)]))
}
