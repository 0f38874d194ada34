// Syslog: a formatter of records as messages of RFC 5424 or RFC 3164.
//
// No text in a record can end its message or start another one: control characters are escaped.

import { RealDate } from '../core/originals.js'
import type { LogRecord } from '../core/record.js'
import { isoTime, severityOf } from './fields.js'

export interface SyslogFormat {
  readonly format: 'rfc5424' | 'rfc3164'
  /** Number of the facility, RFC 5424 section 6.2.1. */
  readonly facility: number
  /** APP-NAME or TAG. */
  readonly app: string
  /**
   * HOSTNAME. If undefined, RFC 3164 messages omit it (a receiver on the same machine knows it) and RFC 5424 has `-`.
   */
  readonly host: string | undefined
}

/**
 * SD-ID (RFC 5424 section 7.2.2) with the enterprise number that RFC 5612 reserves for documentation: logshare has
 * none.
 */
const SD_ID = 'logshare@32473'
/** Largest `sequenceId`, RFC 5424 section 7.3.1. */
const LAST_SEQUENCE_ID = 2_147_483_647
const BOM = '\ufeff'
/** Fields that are in the header or in `meta`, and therefore not repeated in the structured data. */
const HEADER = new Set(['level', 'time', 'pid', 'msg', 'seq'])

/** Creates a function that formats a record as one message without control characters. */
export function createSyslogFormat(options: SyslogFormat): (record: LogRecord) => string {
  return options.format === 'rfc3164' ? createOld(options) : createNew(options)
}

function createNew({ facility, app, host }: SyslogFormat): (record: LogRecord) => string {
  const from = `${token(host ?? '', 255)} ${token(app, 48)}`
  return (record) => {
    const { level, time, pid, seq, name } = record
    const head = `<${priority(facility, level)}>1 ${isoTime(time)} ${from}`
    const id = ((seq - 1) % LAST_SEQUENCE_ID) + 1
    const meta = id > 0 ? `[meta sequenceId="${id}"]` : ''
    const msg = printable(text(record.msg))
    const data = `${meta}[${SD_ID}${params(record)}]`
    // biome-ignore lint/suspicious/noControlCharactersInRegex: an ASCII message needs no BOM (RFC 5424 section 6.4)
    const mark = /^[\x00-\x7f]*$/.test(msg) ? '' : BOM
    return `${head} ${token(text(pid), 128)} ${token(text(name), 32)} ${data} ${mark}${msg}`
  }
}

function createOld({ facility, app, host }: SyslogFormat): (record: LogRecord) => string {
  const from = host === undefined ? '' : `${token(host, 255)} `
  const tag = token(app, 32).replaceAll(/[^\w.-]/g, '_')
  return (record) => {
    const { level, time, pid, msg, level: _level, time: _time, pid: _pid, ...others } = record
    const { msg: _msg, ...rest } = others
    const head = `<${priority(facility, level)}>${oldTimestamp(time)} ${from}${tag}`
    const id = text(pid).replaceAll(/\D/g, '')
    return `${head}[${id}]: ${printable(text(msg))} ${printable(JSON.stringify(rest))}`
  }
}

function priority(facility: number, level: number): number {
  return facility * 8 + severityOf(level)
}

function oldTimestamp(time: number): string {
  const date = new RealDate(Number.isFinite(time) ? time : 0)
  const day = String(date.getDate()).padStart(2, ' ')
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(
    (each) => String(each).padStart(2, '0'),
  )
  return `${MONTHS[date.getMonth()]} ${day} ${hours}:${minutes}:${seconds}`
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

// SD-PARAMs of the fields; values that are not strings are written as JSON.
function params(record: LogRecord): string {
  let all = ''
  const used = new Map<string, number>()
  for (const [key, value] of Object.entries(record)) {
    if (HEADER.has(key)) continue
    all += ` ${unique(paramName(key), used)}="${escapeParam(printable(text(value)))}"`
  }
  return all
}

// A name stands in an element only once (RFC 5424 section 6.3.3), but different keys can become the same one.
// `used` counts each name.
function unique(name: string, used: Map<string, number>): string {
  let found = name
  for (let count = used.get(name) ?? 0; used.has(found); used.set(name, count)) {
    const suffix = `_${++count + 1}`
    found = name.slice(0, LONGEST_NAME - suffix.length) + suffix
  }
  if (!used.has(found)) used.set(found, 0)
  return found
}

const LONGEST_NAME = 32

// SD-NAME, RFC 5424 section 6.3.3: up to 32 printable ASCII characters, without space, `=`, `]` and `"`.
function paramName(key: string): string {
  return key.replaceAll(/[^\x21-\x7e]|[="\]]/g, '_').slice(0, LONGEST_NAME) || '_'
}

function escapeParam(value: string): string {
  return value.replaceAll(/["\\\]]/g, '\\$&')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** A header field: printable ASCII without spaces; `-` (NILVALUE) if empty. */
function token(value: string, length: number): string {
  return value.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, length) || '-'
}

// Escapes control characters as JSON does: they could end a line, control a terminal, or reverse text.
function printable(value: string): string {
  return value.replaceAll(CONTROLS, (each) => ESCAPES[each] ?? `\\u${hex(each)}`)
}

const CONTROLS = /[\p{Cc}\p{Bidi_C}\u2028\u2029]/gu
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0')
}
