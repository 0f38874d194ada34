// Stderr: captures the text that Node itself prints to stderr during a call, and prints it again in the root.

import type { LogRecord } from '../../core/record.js'
import { guardStream } from '../kit/relay/pipe.js'

/** Runs `act` and returns what it prints to stderr, which is also printed if `through` is set. Throws what `act` throws. */
export function captureStderr(act: () => void, through: boolean): string {
  const { stderr } = process
  const own = Object.getOwnPropertyDescriptor(stderr, 'write')
  const original = stderr.write
  let printed = ''
  const write = (text: unknown, ...rest: unknown[]): boolean => {
    printed += String(text)
    return through ? original.call(stderr, text as string, ...(rest as [])) : true
  }
  Object.defineProperty(stderr, 'write', { value: write, configurable: true, writable: true })
  try {
    act()
  } finally {
    if (own) Object.defineProperty(stderr, 'write', own)
    else Reflect.deleteProperty(stderr, 'write')
  }
  return printed
}

/** Prints to the root's stderr what a child would have printed; `extra` is that text as JSON. */
export function replayStderr({ source }: LogRecord, extra: string): void {
  guardStream(process.stderr, source)
  process.stderr.write(JSON.parse(extra) as string)
}
