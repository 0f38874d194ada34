// A call: its arguments, or the parts of its message, each in a list of its own, and what else the library has with them.

import { inspect } from 'node:util'
import { encodeFields, formatArgs } from '../core/record.js'
import type { Content, Values } from './content.js'

interface Call {
  readonly args: readonly (readonly unknown[])[]
  readonly type?: string
  readonly others?: Values
}

export function readCall(extra: string): Content {
  const { args, type, others } = JSON.parse(extra) as Call
  const fields = type === undefined ? others : { type, ...others }
  return { msg: formatArgs(args.map(([arg]) => arg)), fields: encodeFields(fields ?? {}) }
}

/** Of a library that takes objects among the arguments for fields; `fields` are those the logger has itself. */
export function readTslog(extra: string): Content {
  const { args, fields } = JSON.parse(extra) as Call & { readonly fields: Values }
  const given = args.map(([arg]) => arg)
  const shown = given.filter((arg) => !isFields(arg))
  const all = Object.assign({ ...fields }, ...given.filter(isFields)) as Values
  return { msg: formatArgs(shown), fields: encodeFields(all) }
}

/** Of a library whose messages are texts with values between them. */
export function readLogtape(extra: string): Content {
  const { message, properties } = JSON.parse(extra) as {
    readonly message: Call['args']
    readonly properties: Values
  }
  const parts = message.map(([part]) => part)
  const msg = parts.map((part) => (typeof part === 'string' ? part : show(part))).join('')
  return { msg, fields: encodeFields(properties) }
}

function show(value: unknown): string {
  return inspect(value, { customInspect: false })
}

function isFields(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
