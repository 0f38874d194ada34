// Log4js: reads deferred records of log4js, whose `extra` holds the event: its data and its context are JSON.

import { stripVTControlCharacters } from 'node:util'
import { encodeFields, formatArgs } from '../core/record.js'
import type { Content, Values } from './content.js'

export function readLog4js(extra: string): Content {
  const { data, context } = JSON.parse(extra) as {
    readonly data: readonly unknown[]
    readonly context: Values
  }
  return { msg: stripVTControlCharacters(formatArgs(data)), fields: encodeFields(context) }
}
