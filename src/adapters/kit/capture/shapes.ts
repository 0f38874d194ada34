// Shapes: reads level, name, message, fields and error from a JSON line of a logging library.

import { levelOfWord } from '../../../core/alias.js'
import { encodeFields } from '../../../core/record.js'
import { fieldsOf, standardLevel } from './normalize.js'
import type { Printed } from './printed.js'

type Values = Readonly<Record<string, unknown>>

const LEVEL_KEYS = ['level', 'severity', 'levelname', 'logLevel']
const MESSAGE_KEYS = ['msg', 'message']
const NAME_KEYS = ['name', 'logger', 'label', 'service', 'context']
const TIME_KEYS = ['time', 'timestamp', '@timestamp', 'ts']

/** Undefined for an object without a message or a level: it is data, and a message as it is. */
export function readObject(values: Values): Printed | undefined {
  const key = MESSAGE_KEYS.find((each) => typeof values[each] === 'string')
  const levelKey = LEVEL_KEYS.find((each) => levelIn(values[each]) !== undefined)
  if (key === undefined || levelKey === undefined) return readArguments(values)
  const nameKey = NAME_KEYS.find((each) => typeof values[each] === 'string' && values[each] !== '')
  const timeKey = TIME_KEYS.find((each) => values[each] !== undefined)
  const used = [key, levelKey, nameKey, timeKey].filter((each) => each !== undefined)
  const isVersioned = values.pid !== undefined && values.hostname !== undefined // bunyan, old pino
  if (isVersioned && typeof values.v === 'number') used.push('v')
  return {
    level: levelIn(values[levelKey]),
    name: nameKey === undefined ? undefined : String(values[nameKey]),
    msg: String(values[key]),
    fields: encodeFields(withError(fieldsOf(values, used))),
  }
}

function levelIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 1 ? standardLevel(value) : undefined
  return typeof value === 'string' ? levelOfWord(value) : undefined
}

/** An error as these libraries write it. */
interface Written {
  readonly name?: unknown
  readonly type?: unknown
  readonly message: string
  readonly stack: string
}

function isWritten(value: unknown): value is Written {
  const { message, stack } = (value ?? {}) as Partial<Written>
  return typeof message === 'string' && typeof stack === 'string'
}

/** The first line of a stack: the error's type and message. */
const STACK = /^([A-Za-z_$][\w$.]*)(?:: ([\s\S]*?))?\n {1,8}at /

// `err` as our own records have it: bunyan has `name` for the type; winston, and pino before 6, have the stack alone.
function withError(fields: Values): Values {
  const { err, stack, type, ...rest } = fields
  if (isWritten(err)) {
    const { name, type: given = name, ...others } = err
    return { ...fields, err: { type: given, ...others } }
  }
  const [, found, message = ''] = (typeof stack === 'string' && STACK.exec(stack)) || []
  if (found === undefined || err !== undefined) return fields
  const others = type === undefined || type === found ? rest : { type, ...rest }
  return { ...others, err: { type: found, message, stack } }
}

/** consola's levels. */
const RANKS = [50, 40, 30, 30, 20, 10]

// tslog 3 and the JSON reporter of consola 2 have the arguments of the call as a list.
function readArguments(values: Values): Printed | undefined {
  const { argumentsArray, args = argumentsArray, logLevel, type = logLevel, level } = values
  if (!Array.isArray(args) || typeof type !== 'string') return undefined
  const name = values.loggerName ?? values.tag
  const error: unknown = args.find(isFailure)
  const message = args.filter((each) => each !== error).map(textOf)
  const used = ['argumentsArray', 'args', 'logLevel', 'logLevelId', 'type', 'level', 'date']
  const fields = fieldsOf(values, [...used, 'loggerName', 'tag'])
  return {
    level: levelOfWord(type) ?? RANKS[Number(level)],
    name: typeof name === 'string' && name !== '' ? name : undefined,
    msg: message.join(' '),
    fields: encodeFields(isFailure(error) ? { ...fields, err: restored(error) } : fields),
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** An error of tslog 3. */
interface Failure {
  readonly isError: true
  readonly name: string
  readonly message: string
  readonly stack: readonly Values[]
}

function isFailure(value: unknown): value is Failure {
  const { isError, stack } = (value ?? {}) as Partial<Failure>
  return isError === true && Array.isArray(stack)
}

function restored({ name, message, stack }: Failure): object {
  const frames = stack.map(({ functionName, fullFilePath, filePath, lineNumber, columnNumber }) => {
    const place = `${fullFilePath ?? filePath}:${lineNumber}:${columnNumber}`
    return `\n    at ${functionName ? `${functionName} (${place})` : place}`
  })
  return { type: name, message, stack: `${name}: ${message}${frames.join('')}` }
}
