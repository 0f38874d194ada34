// A call: its arguments, each in a list of its own, and what else the library has with them.

import { encodeFields, formatArgs } from '../core/record.js'
import type { Said, Values } from './line.js'

interface Call {
  readonly args: readonly (readonly unknown[])[]
  readonly type?: string
  readonly others?: Values
}

export function readCall(extra: string): Said {
  const { args, type, others } = JSON.parse(extra) as Call
  const fields = type === undefined ? others : { type, ...others }
  return { msg: formatArgs(args.map(([arg]) => arg)), fields: encodeFields(fields ?? {}) }
}

/** Of a library that takes objects among the arguments for fields; `fields` are those the logger has itself. */
export function readTslog(extra: string): Said {
  const { args, fields } = JSON.parse(extra) as Call & { readonly fields: Values }
  const given = args.map(([arg]) => arg)
  const shown = given.filter((arg) => !isFields(arg))
  const all = Object.assign({ ...fields }, ...given.filter(isFields)) as Values
  return { msg: formatArgs(shown), fields: encodeFields(all) }
}

function isFields(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
