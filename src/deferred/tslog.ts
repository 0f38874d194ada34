// Tslog: reads deferred records of tslog, whose `extra` holds the arguments of the log call (`packArgs`).

import { encodeFields, formatArgs } from '../core/record.js'
import type { Content, Values } from './content.js'

interface Call {
  /** Each argument is in its own list, which is empty for `undefined`. */
  readonly args: readonly (readonly unknown[])[]
}

/** Reads a record of tslog, which treats objects among the arguments as fields; `fields` are the logger's own. */
export function readTslog(extra: string): Content {
  const { args, fields } = JSON.parse(extra) as Call & { readonly fields: Values }
  const given = args.map(([arg]) => arg)
  const shown = given.filter((arg) => !isFields(arg))
  const all = Object.assign({ ...fields }, ...given.filter(isFields)) as Values
  return { msg: formatArgs(shown), fields: encodeFields(all) }
}

function isFields(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
