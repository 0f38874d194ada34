// Line: completes the line of a deferred record.
//
// The line of a deferred record holds only where it comes from. Its message and fields are in `extra`, in the form in which
// the library's adapter put them there. The line is completed when anything other than the relay reads the record.

import { encodeMessage } from '../core/record.js'
import { hasTrace } from '../core/trace.js'
import type { Content, Values } from './content.js'
import { readLog4js } from './log4js.js'
import { readPino } from './pino.js'
import { readTslog } from './tslog.js'

/**
 * Reads the content of a deferred record from its `extra`; `origin` is its line, parsed. Throws if `extra` was not written by
 * the library's adapter.
 */
type Read = (extra: string, origin: Values) => Content

const READ: Readonly<Record<string, Read>> = {
  log4js: readLog4js,
  pino: readPino,
  tslog: readTslog,
}

/** The complete line. If `extra` is damaged, it becomes the message. */
export function completeLine(line: string, extra: string): string {
  const { origin, content } = read(line, extra)
  const at = line.indexOf(LIB)
  if (at < 0) return line
  const lib = `${LIB}${JSON.stringify(origin.lib)}`
  // The line of a record in a span ends with the span's ids; the fields of the library's record may hold them, too.
  const span = hasTrace(content.fields) ? '' : line.slice(at + lib.length, -1)
  return `${line.slice(0, at)}${encodeMessage(content.msg)}${lib}${span}${content.fields}}`
}

const LIB = ',"lib":'

function read(line: string, extra: string): { readonly origin: Values; readonly content: Content } {
  let origin: Values = {}
  try {
    origin = JSON.parse(line) as Values
    const content = READ[String(origin.lib)]?.(extra, origin)
    if (content) return { origin, content }
  } catch {
    // Damaged.
  }
  return { origin, content: { msg: extra.trimEnd(), fields: '' } }
}
