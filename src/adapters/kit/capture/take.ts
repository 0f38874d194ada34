// Taking: from a library's call to a record on the queue. Loaded with the first record.

import { inspect, stripVTControlCharacters } from 'node:util'
import { isError } from '../../../core/encode.js'
import { encodeError, encodeMessage, formatArgs } from '../../../core/record.js'
import { Kind } from '../../../queue/frame.js'
import { type AdapterContext, isOnlyRelayed, type Role } from '../adapter.js'

const MAX_DEFERRED = 2 ** 20

export interface Taken {
  readonly lib: string
  /** The logger's name: the library's category, namespace or tag. */
  readonly name: string
  readonly level: number
  readonly msg: string
  /** The message as `encodeMessage` makes it, where that is known. */
  readonly message?: string
  readonly error?: Error | undefined
  /** Text of further fields, as `encodeFields` makes it. */
  readonly fields?: string
  /** What the adapter's `relay` needs besides the record, in the root; one line at most. */
  readonly extra?: string | undefined
}

/** Puts a library's record on the queue, unless a level above it was set for its name. Never throws. */
export function take(context: AdapterContext, record: Taken, role: Role = context.role): void {
  const { level, name, lib, error, extra } = record
  const registry = context.registry()
  const node = registry.node(name)
  if (level < node.limit) return
  const fields = (error ? encodeError(error) : '') + (record.fields ?? '')
  const left = registry.redact ? registry.redact(fields) : fields
  const body = `${record.message ?? encodeMessage(record.msg)},"lib":"${lib}"${left}`
  const kind = role === 'take' ? Kind.ADAPTED : Kind.COPY
  registry.queue.handle(level, node.json, body, kind, context.relays ? extra : undefined)
}

/** Whether `takeDeferred` will do for records: nobody but their loggers in the root reads them. */
export function canDefer(context: AdapterContext): boolean {
  return isOnlyRelayed(context) && !context.registry().redact
}

/**
 * As `take`, for a record whose `extra` says all there is to say: no more than that is sent, and whoever comes to read it
 * makes the rest from it (`deferred/line.ts`). False for one too long not to be looked at.
 */
export function takeDeferred(
  context: AdapterContext,
  lib: string,
  name: string,
  level: number,
  extra: string,
): boolean {
  if (extra.length > MAX_DEFERRED) return false
  const registry = context.registry()
  const node = registry.node(name)
  if (level >= node.limit)
    registry.queue.handle(level, node.json, `,"lib":"${lib}"`, Kind.DEFERRED, extra)
  return true
}

/** printf-like text of arguments, without the colours a library has put in for its own terminal. */
export function plainTextOf(args: readonly unknown[]): string {
  return withoutColours(formatArgs(args))
}

/** A text without the colours it may have for a terminal. */
export function withoutColours(text: string): string {
  const mayHave = text.includes('\u001b') || text.includes('\u009b')
  return mayHave ? stripVTControlCharacters(text) : text
}

/** printf-like text of arguments, as it would have been printed. */
export function textOf(args: readonly unknown[]): string {
  return formatArgs(args)
}

/** What `console.dir` shows. */
export function inspectionOf([value, options]: readonly unknown[]): string {
  try {
    return inspect(value, { customInspect: false, ...(options as object | undefined) })
  } catch {
    return formatArgs([value])
  }
}

/** The first error among arguments: the message has its text, the record its parts. */
export function errorAmong(args: readonly unknown[]): Error | undefined {
  return args.find(isError)
}
