// The roarr adapter: messages are known by their package, program and namespace. All copies write through
// `globalThis.ROARR.write`, which an application may replace.

import { encodeString } from '../core/encode.js'
import { encodeField, encodeFields, RESERVED } from '../core/record.js'
import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from './adapter.js'
import { eachMember, isFlat } from './flat.js'
import { attempt, give } from './give.js'
import { onGlobal } from './globals.js'
import { type Taken, take as takeRecord } from './take.js'

type Write = (text: string) => void
type Plain = Record<string, unknown>

interface State {
  write?: Write
}

interface Message {
  readonly context: Plain
  readonly message: string
  readonly sequence: string
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
      const wrapper = wrappers.get(write) ?? wrap(write, context)
      wrappers.set(write, wrapper)
      originals.set(wrapper, write)
      return wrapper
    }
    enable(context)
    const release = onGlobal(GLOBAL, (given) => {
      if (typeof given !== 'object' || given === null) return
      state = given
      if (context.role !== 'track') adopt(given, wrapOnce)
    })
    return () => {
      active = false
      release()
    }
  },

  relay({ pid, tid }, line) {
    if (line === undefined) return false
    if (!state?.write) return undefined
    const message = JSON.parse(line) as Message
    // Counted from 0 in each thread: with its origin before it, it stays one of a kind.
    const sequence = `${pid}.${tid}.${message.sequence}`
    return give('roarr', () => state?.write?.(JSON.stringify({ ...message, sequence })))
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

function wrap(write: Write, context: AdapterContext): Write {
  return (text) => {
    if (isRelaying()) return write(text)
    if (context.role === 'copy') whileRelaying(() => write(text))
    else if (isData(context)) return write(text)
    const isTaken = attempt('roarr', () => take(text, context))
    if (!isTaken && context.role === 'take') write(text)
  }
}

function take(text: string, context: AdapterContext): void {
  const extra = context.relays ? text : undefined
  takeRecord(context, cut(text, extra) ?? read(text, extra))
}

const START = '{"context":'
const OWN = new Set(['logLevel', 'package', 'program', 'namespace', 'error'])
/** Members of a message's context that need a closer look. */
const SPECIAL = new Set([...OWN, ...RESERVED])

// From a message whose context is flat, as most are, what a record needs is cut.
function cut(text: string, extra: string | undefined): Taken | undefined {
  if (!text.startsWith(START) || !isFlat(text)) return undefined
  const found: Record<string, string> = {}
  let fields = ''
  let isOdd = false
  const end = eachMember(text, START.length, (key, member, value, next) => {
    if (!SPECIAL.has(key)) fields += `,${text.slice(member, next)}`
    else if (OWN.has(key) && key !== 'error') found[key] = text.slice(value, next)
    else isOdd = true
  })
  const message = end < 0 || isOdd ? undefined : messageAt(text, end)
  const { logLevel, package: pack, program, namespace } = found
  const names = [pack ?? program, namespace].filter((name) => name !== undefined)
  if (message === undefined || !names.every((name) => name.startsWith('"'))) return undefined
  if (pack !== undefined && program !== undefined) fields = `,"program":${program}${fields}`
  const name = names.map((each) => each.slice(1, -1)).filter(Boolean)
  const level = logLevel === undefined ? Number.NaN : Number(logLevel)
  return {
    lib: 'roarr',
    name: nameOf(name),
    level: levelOf(level),
    msg: '',
    message,
    fields,
    extra,
  }
}

function messageAt(text: string, at: number): string | undefined {
  const start = ',"message":"'
  if (!text.startsWith(start, at)) return undefined
  const quote = at + start.length - 1
  return `,"msg":${text.slice(quote, text.indexOf('"', quote + 1) + 1)}`
}

function read(text: string, extra: string | undefined): Taken {
  const { context: all, message } = JSON.parse(text) as Message
  const { logLevel, package: pack, program, namespace, error } = all
  let fields = pack === undefined ? '' : encodeField('program', program)
  for (const key of Object.keys(all)) if (!OWN.has(key)) fields += encodeField(key, all[key])
  return {
    lib: 'roarr',
    name: nameOf([pack ?? program, namespace].filter(Boolean)),
    level: levelOf(typeof logLevel === 'number' ? logLevel : Number.NaN),
    msg: message,
    fields: fields + encodeSerialized(error),
    extra,
  }
}

function nameOf(names: readonly unknown[]): string {
  return names.join(':') || 'roarr'
}

function levelOf(logLevel: number): number {
  return Number.isNaN(logLevel) ? 30 : Math.min(Math.max(logLevel, 10), 60)
}

// An error arrives as what the application has made of it; `serialize-error` names its parts like this.
function encodeSerialized(error: unknown): string {
  if (error === undefined) return ''
  const { name, message, stack, ...others } = Object(error) as Plain
  if (typeof stack !== 'string') return encodeFields({ error })
  const type = encodeString(String(name ?? 'Error'))
  const rest = encodeFields({ message, stack, ...others })
  return `,"err":{"type":${type}${rest}}`
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
