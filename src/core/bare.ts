// Bare records: of those nothing stands in our own line but where they come from; behind it is, as it left its library, a
// line of JSON with `msg`, which the record is made whole from for whoever reads it.

import { hostname } from 'node:os'
import { encodeFields, encodeMessage, type Fields } from './record.js'

const HOST = hostname()
const LIB = ',"lib":'

/** The line of the whole record. A library's line that is not JSON, which only damage can bring about, is its message. */
export function completeLine(line: string, own: string): string {
  const bare = parse(line)
  if (!bare) return line
  const { level: _level, time: _time, tid: _tid, source: _source, seq: _seq, ...said } = bare
  const { lib, name, pid, ...span } = said
  const { level: _l, time: _t, msg = '', ...rest } = parse(own) ?? { msg: own.trimEnd() }
  const same: Fields = { hostname: HOST, name, pid, ...span }
  const fields = Object.entries(rest).filter(
    ([key, value]) =>
      !Object.hasOwn(same, key) || (value !== same[key] && !Object.hasOwn(span, key)),
  )
  const text = encodeMessage(typeof msg === 'string' ? msg : JSON.stringify(msg))
  const head = line.slice(0, line.indexOf(LIB))
  const all = encodeFields({ ...Object.fromEntries(fields), ...span })
  return `${head}${text}${LIB}${JSON.stringify(lib)}${all}}`
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
