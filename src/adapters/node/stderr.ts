// Stderr: captures the text that Node itself prints to stderr during a call.

import { process } from '../../core/originals.js'

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
