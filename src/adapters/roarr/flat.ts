// Flat: makes our record of a message's text without parsing it, if its context holds plain texts and numbers only.

import { RESERVED } from '../../core/record.js'
import { keyText } from '../kit/capture/members.js'
import type { Taken } from '../kit/capture/take.js'
import { levelOf, nameOf } from './record.js'

const START = '{"context":{'
const MESSAGE = '},"message":'
/** Texts without escapes, which are the same in our record. */
const PLAIN = /^[ -[\]-~]*$/
const END = /,"sequence":"[\d.]+","time":\d+,"version":"[\d.]+"\}$/y
/** Values without quotes that JSON and our record write alike. */
const BARE = /(?:-?\d+(?:\.\d+)?|true|false|null)(?=[,}])/y
const MAX_LENGTH = 2 ** 14
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a

type Own = { -readonly [K in 'package' | 'program' | 'namespace' | 'logLevel']?: unknown }

/** Undefined if the text has to be parsed. */
export function cutRecord(text: string): Taken | undefined {
  if (text.length > MAX_LENGTH || !text.startsWith(START) || !PLAIN.test(text)) return undefined
  const own: Own = {}
  let fields = ''
  let program = ''
  let at = START.length
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = text.indexOf('"', at + 1)
    const from = keyEnd + 2
    const end = text.charCodeAt(keyEnd + 1) === COLON ? valueEnd(text, from) : -1
    if (end < 0) return undefined
    const key = text.slice(at + 1, keyEnd)
    const value = text.slice(from, end)
    if (key === 'error') return undefined
    if (isOwn(key)) {
      if ((value.charCodeAt(0) === QUOTE) === (key === 'logLevel')) return undefined
      own[key] = key === 'logLevel' ? JSON.parse(value) : value.slice(1, -1)
      if (key === 'program') program = value
    } else fields += (RESERVED.has(key) ? keyText(`_${key}`) : keyText(key)) + value
    const isLast = text.charCodeAt(end) !== COMMA
    at = isLast ? end : end + 1
    if (!isLast && text.charCodeAt(at) !== QUOTE) return undefined
    if (isLast) break
  }
  const message = messageAt(text, at)
  if (message === undefined) return undefined
  const isProgramField = own.package !== undefined && program !== ''
  return {
    lib: 'roarr',
    name: nameOf(own),
    level: levelOf(own.logLevel),
    msg: '',
    message: `,"msg":${message}`,
    fields: isProgramField ? `${keyText('program')}${program}${fields}` : fields,
  }
}

function isOwn(key: string): key is keyof Own {
  return key === 'logLevel' || key === 'package' || key === 'program' || key === 'namespace'
}

// Where the member's value ends: before a comma, or the brace that ends the context. Negative for other values.
function valueEnd(text: string, from: number): number {
  if (text.charCodeAt(from) === QUOTE) {
    const end = text.indexOf('"', from + 1) + 1
    return end > 0 && (text[end] === ',' || text[end] === '}') ? end : -1
  }
  BARE.lastIndex = from
  return BARE.test(text) ? BARE.lastIndex : -1
}

// With its quotes.
function messageAt(text: string, at: number): string | undefined {
  const from = at + MESSAGE.length
  if (!text.startsWith(MESSAGE, at) || text.charCodeAt(from) !== QUOTE) return undefined
  const end = text.indexOf('"', from + 1) + 1
  END.lastIndex = end
  return end > 0 && END.test(text) ? text.slice(from, end) : undefined
}
