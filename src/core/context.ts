// Context: fields that `withContext` adds to the records of a function and that its children inherit.

import type { AsyncLocalStorage } from 'node:async_hooks'
import { encodeFields, type Fields } from './record.js'
import type { Redact } from './redact.js'
import { encodeTrace } from './trace.js'

interface Member {
  /** `,"key":`. */
  readonly start: string
  /** `,"key":value`. */
  readonly text: string
}

/** Encoded members by key, and all of them as one text. */
interface Members {
  readonly byKey: ReadonlyMap<string, Member>
  readonly text: string
}

/** A child process gets its context in its environment, whose size is limited: a longer context (characters) is left out. */
const MAX_INHERITED = 2 ** 14

const NONE: Members = membersOf(new Map())

let storage: AsyncLocalStorage<Members> | undefined
/** Fields of all records, which are part of every context. */
let base: Members = NONE
let inherited: Members = NONE

/**
 * Runs `act` and returns its result. Records logged by it, also after an `await`, get the fields in addition to those of
 * the outer contexts. `fields` is encoded by `encodeFields`.
 */
export function runInContext<T>(fields: string, act: () => T): T {
  storage ??= createStorage()
  return storage.run(membersOf(new Map([...current().byKey, ...split(fields)])), act)
}

/** Sets the fields of all records of this thread: an outermost context, which children set themselves. */
export function setFields(fields: Fields, redact: Redact | undefined): void {
  const encoded = encodeFields(fields)
  const outer = split(redact ? redact.fields(encoded) : encoded)
  inherited = membersOf(new Map([...outer, ...own(inherited)]))
  base = membersOf(outer)
}

/** In a child: the context in which its parent started it. */
export function inheritContext(fields: string): void {
  inherited = membersOf(new Map([...base.byKey, ...split(fields)]))
}

/** Whether there is a context that has fields. */
export function hasContext(): boolean {
  return current().text !== ''
}

/** The fields of the current context that a record does not have itself. `body` is the record's members, encoded. */
export function encodeContext(body: string): string {
  const { byKey, text } = current()
  for (const { start } of byKey.values()) if (body.includes(start)) return missing(byKey, body)
  return text
}

/** What a child that is started here inherits: the context and the active span, encoded; undefined if there is nothing. */
export function contextForChild(): string | undefined {
  const span = encodeTrace('')
  const text = span + missing(new Map(own(current())), span)
  return text === '' || text.length > MAX_INHERITED ? undefined : text
}

// Without the fields of all records.
function own({ byKey }: Members): (readonly [string, Member])[] {
  return [...byKey].filter(([key, { text }]) => base.byKey.get(key)?.text !== text)
}

function current(): Members {
  return storage?.getStore() ?? inherited
}

function createStorage(): AsyncLocalStorage<Members> {
  const { AsyncLocalStorage } = require('node:async_hooks') as typeof import('node:async_hooks')
  return new AsyncLocalStorage()
}

// The same text can be a member of an object within the record.
function missing(byKey: Members['byKey'], body: string): string {
  const own = parse(body)
  return joined([...byKey].filter(([key]) => !Object.hasOwn(own, key)).map(([, member]) => member))
}

function membersOf(byKey: Members['byKey']): Members {
  return { byKey, text: joined([...byKey.values()]) }
}

function joined(members: readonly Member[]): string {
  return members.map(({ text }) => text).join('')
}

function split(fields: string): Map<string, Member> {
  const members = Object.entries(parse(fields)).map(([key, value]) => {
    const start = `,${JSON.stringify(key)}:`
    return [key, { start, text: start + JSON.stringify(value) }] as const
  })
  return new Map(members)
}

function parse(members: string): object {
  return members === '' ? {} : (JSON.parse(`{${members.slice(1)}}`) as object)
}
