// Pino: reads deferred records of pino, whose `extra` is pino's own line after a head that identifies the logger.

import { hostname } from 'node:os'
import { encodeFields } from '../core/record.js'
import type { Content, Values } from './content.js'

const HOST = hostname()

/**
 * `extra` may also be pino's line alone. Fields that repeat the name or the pid in `origin`, or the name of this host, are
 * left out.
 */
export function readPino(extra: string, origin: Values): Content {
  const values = JSON.parse(extra.slice(extra.indexOf('\t') + 1)) as Values
  const { level: _level, time: _time, msg = '', ...rest } = values
  const same: Values = { name: origin.name, pid: origin.pid, hostname: HOST }
  const fields = Object.entries(rest).filter(
    ([key, value]) => !(Object.hasOwn(same, key) && same[key] === value),
  )
  return {
    msg: typeof msg === 'string' ? msg : JSON.stringify(msg),
    fields: encodeFields(Object.fromEntries(fields)),
  }
}
