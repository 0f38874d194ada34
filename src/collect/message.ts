// Message: parses a syslog message of RFC 5424 or RFC 3164, and the deviations from them that senders use.

import { RealDate, wallNow } from '../core/originals.js'

export interface SyslogMessage {
  readonly facility: number
  readonly severity: number
  /** Milliseconds since the epoch. */
  readonly time?: number | undefined
  readonly host?: string | undefined
  readonly app?: string | undefined
  readonly procid?: string | undefined
  readonly msgid?: string | undefined
  /** Structured data: parameters by element. */
  readonly data?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly msg: string
}

const PRIORITY = /^<(\d{1,3})>/
/** Priority user.notice, for a message without one (RFC 3164, section 4.3.3). */
const DEFAULT = 13
const DAY = 24 * 60 * 60 * 1000

/** Never throws: text that cannot be parsed becomes the message. */
export function parseSyslog(text: string): SyslogMessage {
  const given = PRIORITY.exec(text)
  const priority = given && Number(given[1]) < 192 ? Number(given[1]) : DEFAULT
  const rest = given ? text.slice(given[0].length) : text
  const ranks = { facility: priority >> 3, severity: priority & 7 }
  return { ...ranks, ...(parseNew(rest) ?? parseOld(rest)) }
}

type Parts = Omit<SyslogMessage, 'facility' | 'severity'>

const HEAD = /^1 (\S+) (\S+) (\S+) (\S+) (\S+) (?=[-[])/
const ELEMENT = /\[([^ =\]"]+)((?: [^ =\]"]+="(?:[^"\\]|\\.)*")*)\]/y
const PARAMETER = /([^ =\]"]+)="((?:[^"\\]|\\.)*)"/g

// RFC 5424, section 6.
function parseNew(text: string): Parts | undefined {
  const head = HEAD.exec(text)
  if (!head) return undefined
  const [time, host, app, procid, msgid] = head
    .slice(1)
    .map((part) => (part === '-' ? undefined : part))
  const at = head[0].length
  const data: Record<string, Record<string, string>> = {}
  let end = text[at] === '-' ? at + 1 : at
  ELEMENT.lastIndex = end
  for (let found = ELEMENT.exec(text); found; found = ELEMENT.exec(text)) {
    const [, id = '', parameters = ''] = found
    data[id] = Object.fromEntries(
      [...parameters.matchAll(PARAMETER)].map(([, key = '', value = '']) => [
        key,
        value.replace(/\\(["\\\]])/g, '$1'),
      ]),
    )
    end = ELEMENT.lastIndex
  }
  const msg = text.slice(end).replace(/^ ?\ufeff?/, '')
  return {
    time: time === undefined ? undefined : parseTime(time),
    host,
    app,
    procid,
    msgid,
    data,
    msg,
  }
}

// Milliseconds with the microseconds that `Date.parse` drops.
function parseTime(text: string): number | undefined {
  const time = RealDate.parse(text)
  if (Number.isNaN(time)) return undefined
  const micros = /\.\d{3}(\d{1,3})/.exec(text)?.[1]
  return micros ? time + Number(`0.${micros}`) : time
}

const OLD_TIME = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) /
const NEW_TIME = /^(\d{4}-\d\d-\d\dT\S+) /
const TAG = /^([^\s:[\]]{1,64})(?:\[([^\]\s]{1,32})\])?: ?/
const HOST = /^(\S{1,255}) /
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

// RFC 3164, section 4.1. The host may be missing (on a local socket), and so may everything but the message.
function parseOld(text: string): Parts {
  const old = OLD_TIME.exec(text)
  const stamp = old ?? NEW_TIME.exec(text)
  const rest = stamp ? text.slice(stamp[0].length) : text
  const time = old ? timeOfYear(old, wallNow()) : stamp?.[1] ? parseTime(stamp[1]) : undefined
  const direct = TAG.exec(rest)
  const host = direct || !stamp ? undefined : HOST.exec(rest)
  const tag = direct ?? (host && TAG.exec(rest.slice(host[0].length)))
  if (!tag) return { time, msg: rest }
  const msg = rest.slice((host?.[0].length ?? 0) + tag[0].length)
  return { time, host: host?.[1], app: tag[1], procid: tag[2], msg }
}

// The time has no year: use the latest one that puts it at most a day after now, because the sender's clock may be
// ahead.
function timeOfYear(
  [, name = '', day, hours, minutes, seconds]: RegExpExecArray,
  now: number,
): number | undefined {
  const month = MONTHS.indexOf(name)
  if (month < 0) return undefined
  const year = new RealDate(now).getFullYear()
  const inYear = (each: number): number =>
    new RealDate(
      each,
      month,
      Number(day),
      Number(hours),
      Number(minutes),
      Number(seconds),
    ).getTime()
  return inYear(year) > now + DAY ? inYear(year - 1) : inYear(year)
}
