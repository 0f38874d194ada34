// Stored: makes a JSON line from a message of a JetStream stream, with `host` and `app` from its headers.

import type { JsMsg } from '@nats-io/jetstream'
import { LEVELS } from '../core/level.js'
import { APP_HEADER, HOST_HEADER } from '../handlers/jetstream/message.js'

/** A message that is not a JSON object, because another program published it, becomes the message of a record. */
export function lineOf(message: JsMsg): string {
  const text = message.string()
  const found = parse(text)
  const record = found ?? textRecord(message, text)
  const more = originOf(message).filter(([name]) => !(name in record))
  const fields = Object.fromEntries(more)
  if (!found || !isLine(text)) return JSON.stringify({ ...record, ...fields })
  return more.length === 0 ? text : `${text.slice(0, -1)},${JSON.stringify(fields).slice(1)}`
}

function textRecord({ subject, time }: JsMsg, msg: string): object {
  return { level: LEVELS.info, time: time.getTime(), name: subject, msg }
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function originOf({ headers }: JsMsg): (readonly [name: string, value: string])[] {
  const found = [
    ['host', headers?.get(HOST_HEADER) ?? ''],
    ['app', headers?.get(APP_HEADER) ?? ''],
  ] as const
  return found.filter(([, value]) => value !== '')
}

// Whether the text has the shape of logshare's lines, so that fields can be inserted before its last character.
function isLine(text: string): boolean {
  return text.startsWith('{"') && text.endsWith('}') && !text.includes('\n')
}
