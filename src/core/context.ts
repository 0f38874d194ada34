// Context: fields that `withContext` adds to the records of a function and that its children inherit.

import type { AsyncLocalStorage } from 'node:async_hooks'
import { encodeFields, type Fields } from './record.js'
import type { Redact } from './redact.js'
import { encodeTrace } from './trace.js'

/** Encoded members by key, each as `,"key":value`. */
type Members = ReadonlyMap<string, string>

/** A child process gets its context in its environment, whose size is limited: a longer context (characters) is left out. */
const MAX_INHERITED = 2 ** 14

const NONE: Members = new Map()

let storage: AsyncLocalStorage<Members> | undefined
let inherited: Members = NONE
let base: Members = NONE

/**
 * Runs `act` and returns its result. Records logged by it, also after an `await`, get the fields in addition to those of
 * the outer contexts. `fields` is encoded by `encodeFields`.
 */
export function runInContext<T>(fields: string, act: () => T): T {
  storage ??= createStorage()
  return storage.run(new Map([...current(), ...split(fields)]), act)
}

/** Sets the fields of all records of this thread: an outermost context, which children set themselves. */
export function setFields(fields: Fields, redact: Redact | undefined): void {
  const encoded = encodeFields(fields)
  base = split(redact ? redact.fields(encoded) : encoded)
}

/** In a child: the context in which its parent started it. */
export function inheritContext(fields: string): void {
  inherited = split(fields)
}

/** Whether there is, or may be, a context. */
export function hasContext(): boolean {
  return storage !== undefined || inherited.size > 0 || base.size > 0
}

/** The fields of the current context that a record does not have itself. `body` is the record's members, encoded. */
export function encodeContext(body: string): string {
  if (!storage && inherited.size === 0) return base.size === 0 ? '' : missing(base, body)
  const text = missing(current(), body)
  return base.size === 0 ? text : text + missing(base, body + text)
}

function missing(members: Members, body: string): string {
  let text = ''
  for (const [key, member] of members) if (!hasMember(body, key, member)) text += member
  return text
}

/** What a child that is started here inherits: the context and the active span, encoded; undefined if there is nothing. */
export function contextForChild(): string | undefined {
  const span = encodeTrace('')
  const text = span + missing(current(), span)
  return text === '' || text.length > MAX_INHERITED ? undefined : text
}

function current(): Members {
  return storage?.getStore() ?? inherited
}

function createStorage(): AsyncLocalStorage<Members> {
  const { AsyncLocalStorage } = require('node:async_hooks') as typeof import('node:async_hooks')
  return new AsyncLocalStorage()
}

// The same text can be a member of an object within the record.
function hasMember(body: string, key: string, member: string): boolean {
  const start = member.slice(0, JSON.stringify(key).length + 2)
  return body.includes(start) && Object.hasOwn(parse(body), key)
}

function split(fields: string): Members {
  const members = Object.entries(parse(fields))
  return new Map(
    members.map(([key, value]) => [key, `,${JSON.stringify(key)}:${JSON.stringify(value)}`]),
  )
}

function parse(members: string): object {
  return members === '' ? {} : (JSON.parse(`{${members.slice(1)}}`) as object)
}
