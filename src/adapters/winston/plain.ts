// Plain: tells formats whose result depends on the info and the time only, so that the root can run them for a child.
//
// Any other format may read the process, the thread or an AsyncLocalStorage: it runs in the child, at the log call.

import type { Format } from './library.js'

/** What `winston.format` has by name: makers of formats, each with the class of what it makes. */
type Makers = Record<string, (() => Format) & { readonly Format?: { readonly prototype: Format } }>
type Combine = ((...formats: Format[]) => Format) & object

const PLAIN = [
  'align',
  'colorize',
  'errors',
  'json',
  'label',
  'logstash',
  'metadata',
  'padLevels',
  'prettyPrint',
  'simple',
  'splat',
  'timestamp',
  'uncolorize',
]

const plainPrototypes = new WeakSet<object>()
const partsOf = new WeakMap<Format, readonly Format[]>()
const known = new WeakMap<Format, boolean>()

export function isPlain(format: Format): boolean {
  let is = known.get(format)
  if (is === undefined) {
    is = findPlain(format)
    known.set(format, is)
  }
  return is
}

function findPlain(format: Format): boolean {
  const parts = partsOf.get(format)
  if (parts) return parts.every(isPlain)
  const prototype = Object.getPrototypeOf(format) as object
  if (!plainPrototypes.has(prototype) || Object.hasOwn(format, 'transform')) return false
  const { options } = format
  if (typeof options !== 'object' || options === null) return typeof options !== 'function'
  return Object.values(options).every((value) => typeof value !== 'function')
}

/** Has `combine` note what it combines, and learns the library's own formats. Returns the undo. */
export function watchFormats(formats: Makers): () => void {
  for (const name of PLAIN) {
    const make = formats[name]
    if (make) plainPrototypes.add(make.Format?.prototype ?? Object.getPrototypeOf(make()))
  }
  const own = Object.getOwnPropertyDescriptor(formats, 'combine')
  const combine = formats.combine as unknown as Combine | undefined
  if (!own?.configurable || typeof combine !== 'function') return () => {}
  const noting = {
    combine(...parts: Format[]) {
      const format = combine(...parts)
      partsOf.set(format, parts)
      return format
    },
  }.combine
  Object.assign(noting, combine)
  Object.defineProperty(formats, 'combine', { get: () => noting, configurable: true })
  return () => {
    Object.defineProperty(formats, 'combine', own)
  }
}
