// Raw: a formatter that writes only the message as it was logged and the error's stack, like a program's own output.

import { stripVTControlCharacters } from 'node:util'
import type { LogRecord } from '../core/record.js'

/** Creates the formatter. `colors`: keep ANSI escape sequences that are in the message. */
export function createRaw(options: { readonly colors: boolean }): (record: LogRecord) => string {
  return ({ msg, err }) => {
    const stack = (err as { readonly stack?: unknown } | undefined)?.stack
    const text = typeof stack === 'string' ? join(String(msg), stack) : String(msg)
    return options.colors ? text : stripVTControlCharacters(text)
  }
}

// Avoids duplicates: the message may contain the stack, and a stack starts with the error's message.
function join(msg: string, stack: string): string {
  if (msg.includes(stack)) return msg
  return stack.split('\n', 1)[0]?.includes(msg) ? stack : `${msg}\n${stack}`
}
