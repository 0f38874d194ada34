// Capture: replaces an instance's `_log`, which consola calls after its level check and before its reporters.

import { encodeString } from '../../core/encode.js'
import { encodeFields } from '../../core/record.js'
import { type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { canDefer, errorAmong, takeDeferred, take as takeRecord } from '../kit/capture/take.js'
import { messageOf, packArgs, packPlain } from '../kit/capture/values.js'
import { tryCapture } from '../kit/guard.js'
import { recordLevelOf } from './levels.js'
import type { Consola, LogObject, Options } from './library.js'
import { otherFields, toExtra } from './record.js'

export function captureLog(original: Consola['_log'], context: AdapterContext): Consola['_log'] {
  return function _log(this: Consola, object) {
    if (isRelaying()) return original.call(this, object)
    if (context.role === 'copy') whileRelaying(() => original.call(this, object))
    else if (isData(this.options, object, context)) return original.call(this, object)
    const isTaken = tryCapture('consola', () => take(this, object, context))
    if (!isTaken && context.role === 'take') original.call(this, object)
  }
}

const OWN_REPORTERS = new Set(['BasicReporter', 'FancyReporter', 'BrowserReporter'])

// Whether one of consola's own reporters writes the call to a standard stream that is not captured. They write to
// `stdout` and `stderr` of the options, by default to those of the process; other reporters have their own
// destinations.
function isData(
  { reporters, stdout, stderr }: Options,
  { level }: LogObject,
  { capture }: AdapterContext,
): boolean {
  if (capture.stdout && capture.stderr) return false
  if (!reporters.some((reporter) => OWN_REPORTERS.has(reporter.constructor?.name))) return false
  const stream = level < 2 ? (stderr ?? process.stderr) : (stdout ?? process.stdout)
  if (stream === process.stdout) return !capture.stdout
  return stream === process.stderr && !capture.stderr
}

function take(instance: Consola, object: LogObject, context: AdapterContext): void {
  const { args, type, tag } = object
  const name = tag || 'consola'
  const level = type === 'fatal' ? 60 : recordLevelOf(object.level)
  const others = otherFields(object)
  const plain = canDefer(context) ? packPlain(args) : undefined
  const extra = context.relays
    ? toExtra(instance, object, plain ?? packArgs(args), others)
    : undefined
  if (plain && extra && takeDeferred(context, 'consola', name, level, extra)) return
  takeRecord(context, {
    lib: 'consola',
    name,
    level,
    msg: messageOf(args),
    error: errorAmong(args),
    fields: `,"type":${encodeString(type)}${encodeFields(others)}`,
    extra,
  })
}
