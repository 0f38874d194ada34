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
