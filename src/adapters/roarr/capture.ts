// Capture: takes messages in the place of the function that writes them.

import type { Message } from '../../deferred/roarr.js'
import { type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { canDefer, takeDeferred, take as takeRecord } from '../kit/capture/take.js'
import { tryCapture } from '../kit/guard.js'
import type { Write } from './library.js'
import { fromMessage, fromText, levelOf, nameOf, quickText, textOf } from './record.js'

export function captureWrite(write: Write, context: AdapterContext): Write {
  return (given) => {
    if (isRelaying()) return write(textOf(given))
    if (context.role === 'copy') whileRelaying(() => write(textOf(given)))
    else if (isData(context)) return write(textOf(given))
    const isTaken = tryCapture('roarr', () => take(given, context))
    if (!isTaken && context.role === 'take') write(textOf(given))
  }
}

// Whether roarr writes to a standard stream that is not captured.
function isData({ capture }: AdapterContext): boolean {
  if (capture.stdout && capture.stderr) return false
  return (process.env.ROARR_STREAM ?? 'STDOUT').toUpperCase() === 'STDOUT'
    ? !capture.stdout
    : !capture.stderr
}

function take(given: string | Message, context: AdapterContext): void {
  if (typeof given !== 'string' && typeof given.message === 'string' && canDefer(context)) {
    const { context: all } = given
    const text = quickText(given) ?? textOf(given)
    if (takeDeferred(context, 'roarr', nameOf(all), levelOf(all.logLevel), text)) return
  }
  const whole = typeof given === 'string' ? undefined : fromMessage(given, context)
  if (whole) {
    takeRecord(context, whole)
    return
  }
  const text = textOf(given)
  takeRecord(context, fromText(text, context.relays ? text : undefined))
}
