// Message: a record's line as a message of NATS: its subject, and the id by which a server knows it again.

import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { MsgHdrs } from '@nats-io/transport-node'
import { parseLine } from '../lines.js'
import { loadClient } from './connection.js'

export interface Message {
  readonly subject: string
  /** The same whenever, and by whomever, the record is sent again; no other record's. */
  readonly id: string
  readonly line: Uint8Array
  /** Whether the stream has it. */
  isStored: boolean
}

/** Headers that tell where a message comes from, in words that subjects do not allow. */
export const HOST_HEADER = 'Logshare-Host'
export const APP_HEADER = 'Logshare-App'

const HOST = hostname()
/** Bytes in which a line's head is looked for. */
const HEAD = 1024
const LONGEST_NAME = 200

// As `queue/handler.ts` makes it.
const ORIGIN =
  /^\{"level":\d+,"time":([\d.]+),"pid":(\d+),"tid":(\d+),"source":"((?:[^"\\]|\\.)*)","seq":(\d+),"name":("(?:[^"\\]|\\.)*")/

/** What the subjects of all of an application's records on this machine begin with. */
export function ownSubject(prefix: string, app: string): string {
  return `${tokens(prefix)}.${token(app)}.${token(HOST)}`
}

/** Of a line of JSON without its line feed. */
export function createMessage(line: Uint8Array, own: string): Message {
  const { id, name } = identify(line)
  const subject = `${own}.${tokens(name.slice(0, LONGEST_NAME))}`
  return { subject, id: `${own}/${id}`, line, isStored: false }
}

export function createHeaders(app: string): MsgHdrs {
  const headers = loadClient().headers()
  headers.set(HOST_HEADER, HOST)
  headers.set(APP_HEADER, app.replace(CONTROLS, '_'))
  return headers
}

/** The text as subject tokens: its dots part them. */
export function tokens(text: string): string {
  return text.split('.').map(token).join('.')
}

// A process id comes back, and so does a count; the time is to the microsecond, and part of the line.
function identify(line: Uint8Array): { id: string; name: string } {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
  const found = ORIGIN.exec(bytes.toString('utf8', 0, HEAD))
  if (found) {
    const [, time, pid, tid, source, seq, name = '""'] = found
    return { id: `${source}/${pid}.${tid}/${seq}@${time}`, name: JSON.parse(name) as string }
  }
  const { name } = parseLine(bytes.toString())
  const id = createHash('sha256').update(bytes).digest('base64url')
  return { id, name: typeof name === 'string' ? name : '' }
}

function token(text: string): string {
  return text.replace(FORBIDDEN, '_') || '_'
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: likewise, in a header
const CONTROLS = /[\u0000-\u001f\u007f]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not get into a line of the protocol
const FORBIDDEN = /[\u0000-\u0020\u007f.*>]/g
