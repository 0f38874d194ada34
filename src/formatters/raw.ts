// The raw formatter: a record's message as it was logged, and its error's stack; for output that is to look like a
// program's own.

import { stripVTControlCharacters } from 'node:util'
import type { LogRecord } from '../core/record.js'

export function createRaw(options: { readonly colors: boolean }): (record: LogRecord) => string {
  return ({ msg, err }) => {
    const stack = (err as { readonly stack?: unknown } | undefined)?.stack
    const text = typeof stack === 'string' ? join(String(msg), stack) : String(msg)
    return options.colors ? text : stripVTControlCharacters(text)
  }
}

// Each but once: a message may hold the stack, and a stack begins with the error's message.
function join(msg: string, stack: string): string {
  if (msg.includes(stack)) return msg
  return stack.split('\n', 1)[0]?.includes(msg) ? stack : `${msg}\n${stack}`
}
