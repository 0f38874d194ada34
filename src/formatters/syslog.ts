// Syslog: a record as a message of RFC 5424 or RFC 3164. Whatever is in a record, it stays within its message.

import { LEVELS } from '../core/level.js'
import type { LogRecord } from '../core/record.js'

export interface SyslogFormat {
  readonly format: 'rfc5424' | 'rfc3164'
  /** RFC 5424 section 6.2.1. */
  readonly facility: number
  readonly app: string
  /** Left out of RFC 3164 where it is undefined: a receiver on the same machine knows. */
  readonly host: string | undefined
}

/** Of private SD-IDs: the number that RFC 5612 keeps for documentation, as logshare has none of its own. */
const SD_ID = 'logshare@32473'
/** RFC 5424 section 7.3.1. */
const LAST_SEQUENCE_ID = 2_147_483_647
const BOM = '\ufeff'
/** Told in the header. */
const HEADER = new Set(['level', 'time', 'pid', 'msg', 'seq'])

/** Formats records, each as one message without control characters. */
export function createSyslogFormat(options: SyslogFormat): (record: LogRecord) => string {
  return options.format === 'rfc3164' ? createOld(options) : createNew(options)
}

function createNew({ facility, app, host }: SyslogFormat): (record: LogRecord) => string {
  const from = `${token(host ?? '', 255)} ${token(app, 48)}`
  return (record) => {
    const { level, time, pid, seq, name } = record
    const head = `<${priority(facility, level)}>1 ${timestamp(time)} ${from}`
    const id = ((seq - 1) % LAST_SEQUENCE_ID) + 1
    const meta = id > 0 ? `[meta sequenceId="${id}"]` : ''
    const msg = printable(text(record.msg))
    const data = `${meta}[${SD_ID}${params(record)}]`
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is not marked as UTF-8
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
  return facility * 8 + severity(level)
}

// RFC 5424 section 6.2.1, table 2.
function severity(level: number): number {
  if (level >= LEVELS.fatal) return 2
  if (level >= LEVELS.error) return 3
  if (level >= LEVELS.warn) return 4
  return level >= LEVELS.info ? 6 : 7
}

function timestamp(time: number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return '-'
  const micros = Math.round((time - Math.floor(time)) * 1000)
  const fraction = String(Math.min(micros, 999)).padStart(3, '0')
  return `${date.toISOString().slice(0, -1)}${fraction}Z`
}

function oldTimestamp(time: number): string {
  const date = new Date(Number.isFinite(time) ? time : 0)
  const day = String(date.getDate()).padStart(2, ' ')
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(
    (each) => String(each).padStart(2, '0'),
  )
  return `${MONTHS[date.getMonth()]} ${day} ${hours}:${minutes}:${seconds}`
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

// What is not a text goes in as JSON.
function params(record: LogRecord): string {
  let all = ''
  for (const [key, value] of Object.entries(record)) {
    if (!HEADER.has(key)) all += ` ${paramName(key)}="${escapeParam(printable(text(value)))}"`
  }
  return all
}

// SD-NAME: printable ASCII but for what ends it.
function paramName(key: string): string {
  return key.replaceAll(/[^\x21-\x7e]|[="\]]/g, '_').slice(0, 32) || '_'
}

function escapeParam(value: string): string {
  return value.replaceAll(/["\\\]]/g, '\\$&')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** Printable ASCII without blanks; `-` for nothing. */
function token(value: string, length: number): string {
  return value.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, length) || '-'
}

// Control characters, which would end a line or colour a terminal, as JSON spells them.
function printable(value: string): string {
  return value.replaceAll(CONTROLS, (each) => ESCAPES[each] ?? `\\u${hex(each)}`)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0')
}
