// Record: makes our record of a call of signale, or of the text of a timer.

import { encodeString } from '../../core/encode.js'
import { errorAmong, type Taken, withoutColours } from '../kit/capture/take.js'
import { nameOf, type Signale } from './library.js'

/** A call of one of the methods, such as `info`, which is also the type. */
export interface Call {
  readonly type: string
  readonly args: readonly unknown[]
}

/** What the library writes; without `call` for a timer. */
export interface Written {
  readonly text: string
  readonly level: string
  readonly call: Call | undefined
}

const NUMBERS: Readonly<Record<string, number>> = {
  info: 30,
  timer: 30,
  debug: 20,
  warn: 40,
  error: 50,
}

export function toRecord(logger: Signale, { text, level, call }: Written, extra?: string): Taken {
  const name = nameOf(logger)
  const number = NUMBERS[level] ?? 30
  if (!call) return { lib: 'signale', name, level: number, msg: withoutColours(text), extra }
  const { type, args } = call
  const error = errorAmong(args)
  return {
    lib: 'signale',
    name,
    level: type === 'fatal' ? 60 : number,
    msg: logger._filterSecrets(messageOf(logger, args)),
    error: error && logger._secrets.length > 0 ? censor(logger, error) : error,
    fields: `,"type":${encodeString(type)}`,
    extra,
  }
}

// As `_buildSignale` reads its arguments.
function messageOf(logger: Signale, args: readonly unknown[]): string {
  const [first] = args
  if (args.length !== 1 || typeof first !== 'object' || first === null)
    return logger._formatMessage(args)
  if (first instanceof Error) return String(first.message)
  const { prefix, message, suffix } = first as Record<string, unknown>
  if (!prefix && !message && !suffix) return logger._formatMessage(args)
  return [prefix, message && logger._formatMessage(message), suffix].filter(Boolean).join(' ')
}

function censor(logger: Signale, error: Error): Error {
  const censored = new Error(logger._filterSecrets(error.message))
  censored.name = error.name
  censored.stack = logger._filterSecrets(String(error.stack))
  return censored
}
