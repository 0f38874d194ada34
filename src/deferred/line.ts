// Bare records: of those nothing stands in our own line but where they come from; what the library has content goes behind it
// as it is, and the record is made whole from that for whoever reads it.

import { encodeMessage } from '../core/record.js'
import { hasTrace } from '../core/trace.js'
import { readCall, readLogtape, readTslog } from './call.js'
import type { Content, Values } from './content.js'
import { readPino } from './pino.js'
import { readRoarr } from './roarr.js'

/** From what an adapter has put behind a bare record, whose line is given parsed. Throws for what none has. */
type Read = (extra: string, bare: Values) => Content

const READ: Readonly<Record<string, Read>> = {
  pino: readPino,
  roarr: readRoarr,
  loglevel: readCall,
  consola: readCall,
  tslog: readTslog,
  logtape: readLogtape,
}

/** The whole record's line. What cannot be read, which only damage can bring about, is its message. */
export function completeLine(line: string, extra: string): string {
  const { bare, content } = read(line, extra)
  const at = line.indexOf(LIB)
  if (at < 0) return line
  const lib = `${LIB}${JSON.stringify(bare.lib)}`
  // A record in a span says so itself, unless the library's has content it.
  const span = hasTrace(content.fields) ? '' : line.slice(at + lib.length, -1)
  return `${line.slice(0, at)}${encodeMessage(content.msg)}${lib}${span}${content.fields}}`
}

const LIB = ',"lib":'

function read(line: string, extra: string): { readonly bare: Values; readonly content: Content } {
  let bare: Values = {}
  try {
    bare = JSON.parse(line) as Values
    const content = READ[String(bare.lib)]?.(extra, bare)
    if (content) return { bare, content }
  } catch {
    // Damage.
  }
  return { bare, content: { msg: extra.trimEnd(), fields: '' } }
}
