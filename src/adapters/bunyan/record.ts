// Record: converts bunyan's record to our record, and to the `extra` from which the root restores it.

import { hostname } from 'node:os'
import { process, RealDate } from '../../core/originals.js'
import { encodeField } from '../../core/record.js'
import { packLine } from '../kit/capture/line.js'
import { standardLevel } from '../kit/capture/normalize.js'
import type { Taken } from '../kit/capture/take.js'
import type { Rec } from './library.js'

/** The logger that a child's record comes from. */
export interface Origin {
  readonly name: string
  readonly place?: string | undefined
}

const OWN: ReadonlySet<string> = new Set(['name', 'level', 'msg', 'time', 'v'])
const HOST = hostname()
const PID = process.pid

/** A call may have given another `name` than the logger's. `errors` maps the results of bunyan's error serializer to the errors they were made from. */
export function toRecord(
  rec: Rec,
  errors: WeakMap<object, Error>,
  loggerName: unknown,
  msg: string,
  extra?: string | undefined,
): Taken {
  const { name, level, err } = rec
  const error = typeof err === 'object' && err !== null ? errors.get(err) : undefined
  return {
    lib: 'bunyan',
    name: String(name),
    isNameGiven: name !== loggerName,
    level: standardLevel(level),
    msg,
    error,
    fields: fieldsOf(rec, error !== undefined),
    extra,
  }
}

// Without what our record has elsewhere, and a `hostname` and `pid` that are this process's own.
function fieldsOf(rec: Rec, hasError: boolean): string {
  let fields = ''
  for (const key of Object.keys(rec)) {
    const value = rec[key]
    if (OWN.has(key) || (key === 'hostname' && value === HOST)) continue
    if ((key === 'pid' && value === PID) || (key === 'err' && hasError)) continue
    fields += encodeField(key, value)
  }
  return fields
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
