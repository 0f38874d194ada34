// Message: a record as a NATS message: its subject, its headers and the id for JetStream's dedupe.
//
// https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive#message-deduplication

import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { MsgHdrs } from '@nats-io/transport-node'
import { parseLine } from '../lines.js'
import { loadClient } from './connection.js'

export interface Message {
  readonly subject: string
  /** `Nats-Msg-Id`: unique per record, and the same whenever and by whichever process the record is sent again. */
  readonly id: string
  readonly line: Uint8Array
  /** Whether the stream is known to have it. */
  isStored: boolean
}

/** Headers with the host's and the application's full name; subjects do not allow every character. */
export const HOST_HEADER = 'Logshare-Host'
export const APP_HEADER = 'Logshare-App'

const HOST = hostname()
/** Bytes searched for the head of a line. */
const HEAD = 1024
/** Characters of a logger name that go into the subject. */
const LONGEST_NAME = 200

// The head of a line as `queue/handler.ts` encodes it.
const ORIGIN =
  /^\{"level":\d+,"time":([\d.]+),"pid":(\d+),"tid":(\d+),"source":"((?:[^"\\]|\\.)*)","seq":(\d+),"name":("(?:[^"\\]|\\.)*")/

/** The subject prefix of an application's records from this machine: `PREFIX.APP.HOST`. */
export function ownSubject(prefix: string, app: string): string {
  return `${tokens(prefix)}.${token(app)}.${token(HOST)}`
}

/** Makes the message of a JSON line without its line feed. `own` is the result of `ownSubject`. */
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

/** The text as subject tokens, separated by its dots. Forbidden characters become `_`. */
export function tokens(text: string): string {
  return text.split('.').map(token).join('.')
}

// Process ids are reused and sequence counts restart. The time, in microseconds, makes the id unique.
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

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are not allowed in a header
const CONTROLS = /[\u0000-\u001f\u007f]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are not allowed in a subject
const FORBIDDEN = /[\u0000-\u0020\u007f.*>]/g
