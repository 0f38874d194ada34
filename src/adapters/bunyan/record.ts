// Record: converts bunyan's record to our record, and to the `extra` from which the root restores it.

import { RealDate } from '../../core/originals.js'
import { encodeFields } from '../../core/record.js'
import { packLine } from '../kit/capture/line.js'
import { fieldsOf, standardLevel } from '../kit/capture/normalize.js'
import type { Taken } from '../kit/capture/take.js'
import type { Rec } from './library.js'

/** The logger that a child's record comes from. */
export interface Origin {
  readonly name: string
  readonly place?: string | undefined
}

const OWN = ['name', 'level', 'msg', 'time', 'v']

/** A call may have given another `name` than the logger's. `errors` maps the results of bunyan's error serializer to the errors they were made from. */
export function toRecord(
  rec: Rec,
  errors: WeakMap<object, Error>,
  loggerName: unknown,
  extra?: string | undefined,
): Taken {
  const { name, level, msg, err } = rec
  const fields = fieldsOf(rec, OWN)
  const error = typeof err === 'object' && err !== null ? errors.get(err) : undefined
  if (error) delete fields.err
  return {
    lib: 'bunyan',
    name: String(name),
    isNameGiven: name !== loggerName,
    level: standardLevel(level),
    msg: String(msg),
    error,
    fields: encodeFields(fields),
    extra,
  }
}

/** The result contains bunyan's line. `unpackLine` reads it; the head is the origin. */
export function toExtra(origin: Origin, line: string): string {
  return packLine(JSON.stringify(origin), line)
}

/** Parses bunyan's line. `time` becomes a Date, unless the application has set it to something else. */
export function parseRec(line: string): Rec {
  const values = JSON.parse(line) as Rec
  const time = new RealDate(values.time)
  return time.toJSON() === (values.time as unknown) ? { ...values, time } : values
}
