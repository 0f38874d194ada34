// Record: converts pino's line to our record, and to the `extra` from which the root restores the line.

import { encodeValue, isError } from '../../core/encode.js'
import { encodeFields } from '../../core/record.js'
import { packLine, unpackLine } from '../kit/capture/line.js'
import { fieldsOf, standardLevel } from '../kit/capture/normalize.js'
import type { Taken } from '../kit/capture/take.js'
import { type Facts, levelOf, nameOf } from './bindings.js'
import { cutLine, type Parts } from './fields.js'
import type { Library, Logger } from './library.js'
import type { Line } from './line.js'

/** The `name` of records whose logger has none. */
export const UNNAMED = 'pino'

/** The logger that a child's line comes from. */
export interface Origin {
  readonly name?: string | undefined
  readonly place?: string | undefined
}

/** What the root's `relay` needs in addition to the record. `time` is pino's text of it. */
export type Extra = readonly [origin: Origin, level: number, time: unknown, line: string]

type Values = Record<string, unknown>

/** `facts` are the logger's. `extraOf` makes the record's `extra`. */
export function toRecord(
  library: Library,
  logger: Logger,
  line: Line,
  facts: Facts,
  extraOf?: (parts: Parts | undefined) => string | undefined,
): Taken {
  const known = levelOf(facts, logger, line.lastLevel)
  const { level } = known
  const parts = cutLine(facts, known, line)
  const extra = extraOf?.(parts)
  if (!parts) return { ...parseRecord(library, logger, line, level), extra }
  const { message, fields } = parts
  return { lib: 'pino', name: facts.name ?? UNNAMED, level, msg: '', message, fields, extra }
}

// For lines of any layout, and lines that are not JSON.
function parseRecord(library: Library, logger: Logger, line: Line, level: number): Taken {
  const { symbols } = library.pino
  const messageKey = String(logger[symbols.messageKeySym])
  const values = parse(line.text)
  if (!values) return { lib: 'pino', name: UNNAMED, level, msg: line.text.trimEnd() }
  const name = nameOf(library, logger)
  const fields = fieldsOf(values, ['level', 'time', messageKey])
  if (fields.name === name) delete fields.name
  const error = errorOf(library, logger, line)
  if (error) delete fields[String(logger[symbols.errorKeySym])]
  const msg = values[messageKey]
  return {
    lib: 'pino',
    name: name ?? UNNAMED,
    level,
    msg: typeof msg === 'string' ? msg : msg === undefined ? '' : JSON.stringify(msg),
    error,
    fields: encodeFields(fields),
  }
}

/** Converts text that the application wrote to a destination itself, so that its logger is not known. */
export function textToRecord(text: string): Taken {
  const { level, name, msg, ...rest } = parse(text) ?? {}
  return {
    lib: 'pino',
    name: typeof name === 'string' ? name : UNNAMED,
    level: standardLevel(typeof level === 'number' ? level : 30),
    msg: typeof msg === 'string' ? msg : text.trimEnd(),
    fields: encodeFields(fieldsOf(rest, ['time'])),
  }
}

// The error object holds more than pino's text of it (its cause). But if the application has its own serializer or
// redaction for it, the text must be used.
function errorOf({ pino }: Library, logger: Logger, line: Line): Error | undefined {
  const { symbols, stdSerializers } = pino
  const key = String(logger[symbols.errorKeySym])
  const error = (line.lastObj as Values | undefined)?.[key]
  if (!isError(error)) return undefined
  const serializers = logger[symbols.serializersSym] as Values
  const stringifiers = logger[symbols.stringifiersSym] as
    | Record<string | symbol, unknown>
    | undefined
  const isPlain =
    serializers.err === stdSerializers.err &&
    (serializers[key] ?? serializers.err) === serializers.err &&
    !stringifiers?.[key] &&
    !stringifiers?.[symbols.wildcardFirstSym] &&
    line.text.includes(`"${key}":`)
  return isPlain ? error : undefined
}

function parse(text: string): Values | undefined {
  try {
    const values: unknown = JSON.parse(text)
    return typeof values === 'object' && values !== null ? (values as Values) : undefined
  } catch {
    return undefined
  }
}

/** `origin` is an `Origin` as JSON. The result contains the line. */
export function toExtra(
  origin: string,
  { lastLevel, lastTime, text }: Pick<Line, 'lastLevel' | 'lastTime' | 'text'>,
): string {
  return packLine(`[${origin},${lastLevel},${encodeValue(lastTime) ?? 'null'}]`, text)
}

/** Throws if `text` was not produced by `toExtra`. */
export function fromExtra(text: string): Extra {
  const { head, line } = unpackLine(text)
  const [origin, level, time] = head as Extra
  return [origin, level, time, line]
}
