// pino: its line, behind what the root needs to find its logger.

import { hostname } from 'node:os'
import { encodeFields } from '../core/record.js'
import type { Content, Values } from './content.js'

const HOST = hostname()

export function readPino(extra: string, bare: Values): Content {
  const values = JSON.parse(extra.slice(extra.indexOf('\t') + 1)) as Values
  const { level: _level, time: _time, msg = '', ...rest } = values
  const same: Values = { name: bare.name, pid: bare.pid, hostname: HOST }
  const fields = Object.entries(rest).filter(
    ([key, value]) => !(Object.hasOwn(same, key) && same[key] === value),
  )
  return {
    msg: typeof msg === 'string' ? msg : JSON.stringify(msg),
    fields: encodeFields(Object.fromEntries(fields)),
  }
}
