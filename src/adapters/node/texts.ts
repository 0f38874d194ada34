// Texts: with the option `redact`, records of what the console itself makes a text of before it calls `log` or `error`.

import { Writable } from 'node:stream'
import { formatWithOptions } from 'node:util'
import * as shimmer from 'shimmer'
import { process } from '../../core/originals.js'
import { type AdapterContext, isRead, isRelaying } from '../kit/adapter.js'
import { shownArgs, textOf } from '../kit/capture/take.js'

/** Makes the record's text of the printed one. */
type Change = (text: string) => string
type ConsoleMethod = (...args: unknown[]) => void

/** Wraps `table` and `trace`. `change` is told how the record differs while one of them prints. Returns the undo. */
export function wrapTexts(
  context: AdapterContext,
  change: (change: Change | undefined) => void,
): () => void {
  const isRecorded = (): boolean => isRead(context) && !isRelaying()
  const print = (act: () => void, textOfRecord: Change): void => {
    change(textOfRecord)
    try {
      act()
    } finally {
      change(undefined)
    }
  }
  shimmer.wrap(console, 'table', (original) => {
    return function table(this: unknown, ...args: unknown[]) {
      const act = (): void => (original as ConsoleMethod).apply(this, args)
      const shown = isRecorded() ? shownArgs(context, args.slice(0, 1)) : args
      if (shown[0] === args[0]) act()
      else print(act, () => tableOf([shown[0], ...args.slice(1)]))
    }
  })
  // Node's own would have the frame of this function in its stack.
  shimmer.wrap(console, 'trace', () => {
    return function trace(this: unknown, ...args: unknown[]) {
      const colors = process.stderr.isTTY && process.stderr.getColorDepth() > 2
      const message = formatWithOptions({ colors }, ...args)
      const error: { name: string; message: string; stack?: string } = { name: 'Trace', message }
      Error.captureStackTrace(error, trace)
      const shown = isRecorded() ? textOf(shownArgs(context, args)) : message
      print(
        () => console.error(error.stack),
        (text) => text.replace(message, () => shown),
      )
    }
  })
  return () => shimmer.massUnwrap([console], ['table', 'trace'])
}

// The table that the console prints.
function tableOf(args: readonly unknown[]): string {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const { Console } = console
  const own = new Console({ stdout: stream, colorMode: false })
  own.table(...(args as Parameters<typeof own.table>))
  return text.replace(/\n$/, '')
}
