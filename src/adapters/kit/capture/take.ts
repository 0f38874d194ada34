// Take: encodes a captured log call as a record and puts it on the queue. Loaded with the first record.

import { inspect, stripVTControlCharacters } from 'node:util'
import { encodeString, isError } from '../../../core/encode.js'
import { encodeError, encodeFields, encodeMessage } from '../../../core/record.js'
import type { Redact } from '../../../core/redact.js'
import type { Node } from '../../../logger/registry.js'
import { type FrameKind, Kind } from '../../../queue/frame.js'
import { type AdapterContext, isOnlyRelayed, type Role } from '../adapter.js'
import { formatted } from './inspected.js'

/** Longest `extra` (characters) of a deferred record. */
const MAX_DEFERRED = 2 ** 20

/** Message and fields that are longer (UTF-16 units) become no draft. */
const MAX_DRAFTED = 2 ** 15

/** A captured log call. */
export interface Taken {
  readonly lib: string
  /** The logger's name: the library's category, namespace or tag. */
  readonly name: string
  /** Whether the name is a value of the call, and not its logger's. */
  readonly isNameGiven?: boolean
  readonly level: number
  readonly msg: string
  /** `msg` as encoded by `encodeMessage`, if the adapter has it already. */
  readonly message?: string
  readonly error?: Error | undefined
  /** Further fields, as encoded by `encodeFields`. */
  readonly fields?: string
  /** What the adapter's `relay` needs in the root besides the record; at most one line. */
  readonly extra?: string | undefined
}

/** Puts a record on the queue, unless its level is below the one that is set for its logger's name. Never throws. */
export function take(context: AdapterContext, record: Taken, role: Role = context.role): void {
  const { level, name, lib, error, extra } = record
  const registry = context.registry()
  const node = registry.node(name)
  if (level < node.limit) return
  const fields = error ? withError(encodeError(error), record.fields ?? '') : (record.fields ?? '')
  const kind = role === 'take' ? Kind.ADAPTED : Kind.COPY
  const { redact } = registry
  const sent = context.relays ? extra : undefined
  if (!redact && sent === undefined && takeDraft(node, record, fields, kind)) return
  const body = redact
    ? redactedBody(record, fields, redact)
    : `${record.message ?? encodeMessage(record.msg)},"lib":"${lib}"${fields}`
  const json = record.isNameGiven && redact ? encodeString(redact.name(name)) : node.json
  registry.queue.handle(level, json, body, kind, sent)
}

// As the usual calls of our own loggers.
function takeDraft(node: Node, record: Taken, fields: string, kind: FrameKind): boolean {
  const { level, msg, message, lib } = record
  if (message !== undefined || msg.length + fields.length > MAX_DRAFTED) return false
  const { queue } = node.registry
  const draft = queue.open(level, node.opening)
  if (draft === undefined) return false
  draft.addText(msg)
  draft.add(tailOf(lib))
  if (fields !== '') draft.add(fields)
  draft.add('}')
  if (queue.send(level, draft, kind)) return true
  queue.discard(draft)
  return false
}

const tails = new Map<string, string>()

// Joined, so that it is in one piece, whose characters V8 finds at once.
function tailOf(lib: string): string {
  let tail = tails.get(lib)
  if (tail === undefined) {
    tail = ['","lib":"', lib, '"'].join('')
    tails.set(lib, tail)
  }
  return tail
}

// A field `err` of the call is left out if it is the error, and otherwise gets another name: a line has each key once.
function withError(error: string, fields: string): string {
  if (!fields.includes(ERR)) return error + fields
  const { err, ...others } = JSON.parse(`{${fields.slice(1)}}`) as Record<string, unknown>
  if (err === undefined) return error + fields
  if (`${ERR}${JSON.stringify(err)}` === error) return error + encodeFields(others)
  return error + encodeFields({ ...others, _err: err })
}

const ERR = ',"err":'

function redactedBody({ msg, message, lib }: Taken, fields: string, redact: Redact): string {
  const text = message === undefined ? msg : (JSON.parse(message.slice(BEFORE_MESSAGE)) as string)
  return `${encodeMessage(redact.message(text))},"lib":"${lib}"${redact.fields(fields)}`
}

const BEFORE_MESSAGE = ',"msg":'.length

/** The arguments that the message of a record is made from: what the option `redact` names is replaced, in copies. */
export function shownArgs(context: AdapterContext, args: readonly unknown[]): readonly unknown[] {
  const { redact } = context.registry()
  return redact ? redact.args(args) : args
}

/** Whether records can be deferred: only the loggers in the root read them, and nothing has to be redacted. */
export function canDefer(context: AdapterContext): boolean {
  return isOnlyRelayed(context) && !context.registry().redact
}

/**
 * Like `take`, for a record that can be completed from `extra` alone. The queue gets its origin and `extra`, and
 * `deferred/line.ts` makes the message and the fields if anything other than the relay reads the record. Returns false,
 * and takes nothing, if `extra` is longer than `MAX_DEFERRED`: the caller then uses `take`.
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

/** The text that `util.format` makes of the arguments, without colours. */
export function plainTextOf(args: readonly unknown[]): string {
  return withoutColours(formatted(args))
}

/** A text without the escape sequences that colour it on a terminal. */
export function withoutColours(text: string): string {
  const mayHave = text.includes('\u001b') || text.includes('\u009b')
  return mayHave ? stripVTControlCharacters(text) : text
}

/** The text that `util.format` makes of the arguments, colours included. */
export function textOf(args: readonly unknown[]): string {
  return formatted(args)
}

/** The text that `console.dir` prints. */
export function inspectionOf([value, options]: readonly unknown[]): string {
  try {
    return inspect(value, { customInspect: false, ...(options as object | undefined) })
  } catch {
    return formatted([value])
  }
}

/** The first error among the arguments. The message contains its text; the record also gets its parts as `err`. */
export function errorAmong(args: readonly unknown[]): Error | undefined {
  return args.find(isError)
}
