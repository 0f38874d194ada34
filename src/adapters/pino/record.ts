// Record: what pino has written on a line, as a record.

import { isError } from '../../core/encode.js'
import { encodeFields } from '../../core/record.js'
import { fieldsOf, standardLevel } from '../kit/capture/normalize.js'
import type { Taken } from '../kit/capture/take.js'
import { levelOf, nameOf, type Usual } from './bindings.js'
import { cutLine, type Pieces } from './fields.js'
import type { Line } from './finish.js'
import type { Library, Logger } from './library.js'

/** Name of records whose logger has none. */
export const UNNAMED = 'pino'

type Values = Record<string, unknown>

/** `extraOf` makes what goes beside the record; `usual` is the logger's. */
export function describeLine(
  library: Library,
  logger: Logger,
  line: Line,
  usual: Usual,
  extraOf?: (pieces: Pieces | undefined) => string | undefined,
): Taken {
  const known = levelOf(usual, logger, line.lastLevel)
  const { level } = known
  const pieces = cutLine(usual, known, line)
  const extra = extraOf?.(pieces)
  if (!pieces) return { ...describeValues(library, logger, line, level), extra }
  const { message, fields } = pieces
  return { lib: 'pino', name: usual.name ?? UNNAMED, level, msg: '', message, fields, extra }
}

// Of lines in whatever form the application has given them.
function describeValues(library: Library, logger: Logger, line: Line, level: number): Taken {
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

/** A line that came from nobody knows where. */
export function describeText(text: string): Taken {
  const { level, name, msg, ...rest } = parse(text) ?? {}
  return {
    lib: 'pino',
    name: typeof name === 'string' ? name : UNNAMED,
    level: standardLevel(typeof level === 'number' ? level : 30),
    msg: typeof msg === 'string' ? msg : text.trimEnd(),
    fields: encodeFields(fieldsOf(rest, ['time'])),
  }
}

// The error itself says more than pino's text of it (its cause), but only that is serialized and redacted as the
// application wants.
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
