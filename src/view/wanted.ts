// Wanted: which records a request asks for: by level, logger name, source, text and field.

import { createMatch } from '../logs/filter.js'
import type { Indexer } from './indexer.js'

/** A record by its level, name and lane; and what is only known from its text. */
export interface Wanted {
  /** Whether nothing is asked for. */
  readonly isAll: boolean
  /** Undefined if text and field are not asked for. */
  readonly text: TextTest | undefined
  accepts(level: number, name: number, origin: number): boolean
}

export interface TextTest {
  /** In lower case, as UTF-8 bytes that are read as Latin-1: records without any of each list need not be looked at. */
  readonly needles: readonly (readonly string[])[]
  accepts(text: string): boolean
}

/** Reads the parameters `level`, `name`, `source`, `text` and `field` of a request. */
export function readWanted(params: URLSearchParams, index: Indexer): Wanted {
  const least = Number(params.get('level') ?? 0) || 0
  const isName = createMatch(list(params.get('name')), '.:')
  const isSource = createMatch(list(params.get('source')), '/')
  const text = createText(params.get('text') ?? '', params.get('field') ?? '')
  const names = cached(isName && ((id) => isName(index.names.all[id] as string)))
  const sources = cached(isSource && ((id) => isSource(index.origins[id]?.lane.source as string)))
  return {
    isAll: least === 0 && !isName && !isSource && !text,
    text,
    accepts: (level, name, origin) => level >= least && names(name) && sources(origin),
  }
}

function list(text: string | null): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== '!')
}

// Asks once for each id.
function cached(test: ((id: number) => boolean) | undefined): (id: number) => boolean {
  if (!test) return () => true
  const known: (boolean | undefined)[] = []
  return (id) => {
    known[id] ??= test(id)
    return known[id]
  }
}

function createText(text: string, field: string): TextTest | undefined {
  if (text === '' && field === '') return undefined
  const lower = text.toLowerCase()
  const forms = text === '' ? [] : [...new Set([lower, quoted(lower)])]
  const { key, value } = splitField(field)
  const keys = key === '' ? [] : [`"${quoted(key.at(-1) as string)}"`.toLowerCase()]
  return {
    needles: [forms, keys].filter((each) => each.length > 0).map((each) => each.map(asBytes)),
    accepts: (line) => {
      if (forms.length > 0 && !includes(line.toLowerCase(), forms)) return false
      return key === '' || hasField(line, key, value)
    },
  }
}

function includes(text: string, forms: readonly string[]): boolean {
  return forms.some((form) => text.includes(form))
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1').toLowerCase()
}

function splitField(field: string): { key: readonly string[] | ''; value: string | undefined } {
  const at = field.indexOf('=')
  const path = (at < 0 ? field : field.slice(0, at)).trim()
  const value =
    at < 0
      ? undefined
      : field
          .slice(at + 1)
          .trim()
          .toLowerCase()
  return { key: path === '' ? '' : path.split('.'), value: value === '' ? undefined : value }
}

// `key` is a path into the record; without a value it need only be there.
function hasField(line: string, key: readonly string[], value: string | undefined): boolean {
  let at: unknown
  try {
    at = JSON.parse(line)
  } catch {
    return false
  }
  // A key may have dots itself.
  const whole = key.join('.')
  if (isObject(at) && Object.hasOwn(at, whole)) at = at[whole]
  else {
    for (const name of key) {
      if (!isObject(at) || !Object.hasOwn(at, name)) return false
      at = at[name]
    }
  }
  if (value === undefined) return true
  return (typeof at === 'string' ? at : JSON.stringify(at)).toLowerCase().includes(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
