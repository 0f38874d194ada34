// The roarr adapter: messages are known by their package, program and namespace. All copies write through
// `globalThis.ROARR.write`, which an application may replace.

import { encodeString, encodeValue } from '../../core/encode.js'
import { encodeField, type LogRecord } from '../../core/record.js'
import { fieldsOf, type Message, OWN } from '../../deferred/roarr.js'
import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { isKept, keysText, keyText, MAX_STRING } from '../kit/capture/members.js'
import { canDefer, type Taken, takeDeferred, take as takeRecord } from '../kit/capture/take.js'
import { plainText } from '../kit/capture/values.js'
import { relayInto, tryCapture } from '../kit/guard.js'
import { onGlobal } from '../kit/hook/globals.js'

/** What an application writes is a text; ours, in a child, are given the message itself. */
type Write = (text: string | Message) => void
type Serialize = (message: Message) => unknown
type Plain = Record<string, unknown>

interface State {
  write?: Write
  serializeMessage?: Serialize
}

export const GLOBAL = 'ROARR'
/** The level under which the root tells that messages are wanted: the library has but on and off. */
const ON = 10

/** What is behind the functions put in the place of `write`. */
const originals = new WeakMap<Write, Write>()
let state: State | undefined

export const roarrAdapter: Adapter = {
  name: 'roarr',

  install(context) {
    let active = true
    const wrappers = new WeakMap<Write, Write>()
    const wrapOnce = (write: Write): Write => {
      if (!active) return write
      const known = wrappers.get(write)
      if (known) return known
      const wrapper = wrap(write, context)
      wrappers.set(write, wrapper)
      originals.set(wrapper, write)
      return wrapper
    }
    enable(context)
    const release = onGlobal(GLOBAL, (given) => {
      if (typeof given !== 'object' || given === null) return
      state = given
      if (context.role !== 'track') adopt(given, wrapOnce)
      if (context.role === 'take') leaveMessages(given, () => active)
    })
    return () => {
      active = false
      release()
    }
  },

  relay(record, extra) {
    if (extra === undefined) return false
    if (!state?.write) return undefined
    const { pid, tid } = record
    const message = extra.startsWith('[') ? revive(record, extra) : (JSON.parse(extra) as Message)
    // Counted from 0 in each thread: with its origin before it, it stays one of a kind.
    const sequence = `${pid}.${tid}.${message.sequence}`
    return relayInto('roarr', () => state?.write?.(JSON.stringify({ ...message, sequence })))
  },
}

// Each loaded copy takes the state of the one before over, and what was set on it.
function adopt(given: State, wrapOnce: (write: Write) => Write): void {
  let write = given.write && (originals.get(given.write) ?? given.write)
  Object.defineProperty(given, 'write', {
    configurable: true,
    enumerable: true,
    get: () => write && wrapOnce(write),
    set(changed: Write | undefined) {
      write = changed
    },
  })
}

// A message is not made a text of that only we would read.
function leaveMessages(given: State, isActive: () => boolean): void {
  let own = given.serializeMessage === asItIs ? undefined : given.serializeMessage
  Object.defineProperty(given, 'serializeMessage', {
    configurable: true,
    enumerable: true,
    get: () => own ?? (isActive() ? asItIs : undefined),
    set(changed: Serialize | undefined) {
      own = changed
    },
  })
}

const asItIs: Serialize = (message) => message

function wrap(write: Write, context: AdapterContext): Write {
  return (given) => {
    if (isRelaying()) return write(textOf(given))
    if (context.role === 'copy') whileRelaying(() => write(textOf(given)))
    else if (isData(context)) return write(textOf(given))
    const isTaken = tryCapture('roarr', () => take(given, context))
    if (!isTaken && context.role === 'take') write(textOf(given))
  }
}

// As the library makes it.
function textOf(given: string | Message): string {
  if (typeof given === 'string') return given
  try {
    return JSON.stringify(given)
  } catch {
    return encodeValue(given) ?? ''
  }
}

// The same in less time, for what messages mostly are.
function quickText({ context, message, sequence, time, version }: Message): string | undefined {
  if (typeof sequence !== 'string' || !Number.isFinite(time)) return undefined
  let members = ''
  for (const key of Object.keys(context)) {
    const value = plainText(context[key])
    if (value === undefined) return undefined
    members += keyText(key) + value
  }
  const head = `{"context":{${members.slice(1)}},"message":${encodeString(message)}`
  return `${head},"sequence":${encodeString(sequence)},"time":${time},"version":"${version}"}`
}

function take(given: string | Message, context: AdapterContext): void {
  if (typeof given !== 'string' && typeof given.message === 'string' && canDefer(context)) {
    const { context: all } = given
    const text = quickText(given) ?? textOf(given)
    if (takeDeferred(context, 'roarr', nameOf(all), levelOf(all.logLevel), text)) return
  }
  const whole = typeof given === 'string' ? undefined : describe(given, context)
  if (whole) {
    takeRecord(context, whole)
    return
  }
  const text = textOf(given)
  takeRecord(context, read(text, context.relays ? text : undefined))
}

// A message that a record of ours has all of; the root makes it again.
function describe(given: Message, context: AdapterContext): Taken | undefined {
  const { context: all, message, sequence, time, version } = given
  const { logLevel, package: pack } = all
  if (typeof message !== 'string' || typeof logLevel !== 'number') return undefined
  if (message.length > MAX_STRING || context.registry().redact) return undefined
  const keys = Object.keys(all)
  let fields = ''
  let own = ''
  for (const key of keys) {
    const value = all[key]
    if (key === 'error' || !isKept(key, value)) return undefined
    const isOwn = OWN.has(key)
    if (isOwn) own += encodeField(key, value)
    if (!isOwn || (key === 'program' && pack !== undefined)) fields += encodeField(key, value)
  }
  const rest = `${encodeString(sequence)},${time},"${version}",{${own.slice(1)}}`
  return {
    lib: 'roarr',
    name: nameOf(all),
    level: levelOf(logLevel),
    msg: message,
    fields,
    extra: context.relays ? `[${rest},${keysText(keys)}]` : undefined,
  }
}

type Rest = readonly [sequence: string, time: number, version: string, own: Plain, keys: string[]]

function revive(record: LogRecord, extra: string): Message {
  const [sequence, time, version, own, keys] = JSON.parse(extra) as Rest
  const read = (key: string): [string, unknown] => [
    key,
    Object.hasOwn(own, key) ? own[key] : record[key],
  ]
  const context = Object.fromEntries(keys.map(read))
  return { context, message: record.msg, sequence, time, version }
}

function read(text: string, extra: string | undefined): Taken {
  const { context: all, message } = JSON.parse(text) as Message
  const level = levelOf(all.logLevel)
  return { lib: 'roarr', name: nameOf(all), level, msg: message, fields: fieldsOf(all), extra }
}

function nameOf({ package: pack, program, namespace }: Message['context']): string {
  const first = pack ?? program
  if (first && namespace) return `${first}:${namespace}`
  return String(first || namespace || 'roarr')
}

function levelOf(logLevel: unknown): number {
  return typeof logLevel !== 'number' || Number.isNaN(logLevel)
    ? 30
    : Math.min(Math.max(logLevel, 10), 60)
}

function isData({ capture }: AdapterContext): boolean {
  if (capture.stdout && capture.stderr) return false
  return (process.env.ROARR_STREAM ?? 'STDOUT').toUpperCase() === 'STDOUT'
    ? !capture.stdout
    : !capture.stderr
}

// It says nothing unless ROARR_LOG tells it to: a child that has lost the variable follows the root.
function enable({ role, levels }: AdapterContext): void {
  const { ROARR_LOG: asked } = process.env
  if (role === 'take' && asked === undefined && levels.find('roarr', 'roarr') === ON) {
    process.env.ROARR_LOG = 'true'
  } else if (role !== 'take' && /^(?:true|t|yes|y|on|1)$/i.test(asked ?? '')) {
    levels.announce('roarr', 'roarr', ON)
  }
}
