// Capture: replaces a logger's `_logger`, which handles a call, and its `_log`, which writes a finished text.

import { basename } from 'node:path'
import { type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { errorAmong, take, withoutColours } from '../kit/capture/take.js'
import { packArgs } from '../kit/capture/values.js'
import { tryCapture } from '../kit/guard.js'
import { placeOf } from '../kit/identity/callers.js'
import { isEnabled, RECORD_LEVELS } from './levels.js'
import { instances, listOf, nameOf, OWN_FILES, type Signale } from './library.js'
import { censor, messageOf } from './record.js'

export function captureCalls(
  original: Signale['_logger'],
  context: AdapterContext,
): Signale['_logger'] {
  return function _logger(this: Signale, type, ...args) {
    if (isRelaying()) return original.call(this, type, ...args)
    const { stream, logLevel } = this._types[type] ?? {}
    if (context.role === 'copy') whileRelaying(() => original.call(this, type, ...args))
    else if (isData(stream ?? this._stream, context))
      return writeUncaptured(() => original.call(this, type, ...args))
    const level = this._validateLogLevel(logLevel)
    if (!isEnabled(this, level, context)) return
    const isTaken = tryCapture('signale', () => takeCall(this, type, level, args, context))
    if (!isTaken && context.role === 'take')
      writeUncaptured(() => original.call(this, type, ...args))
  }
}

/** For timers, which call `_log` directly. Calls from `_logger` are part of a relay, a copy or an uncaptured call. */
export function captureTimers(original: Signale['_log'], context: AdapterContext): Signale['_log'] {
  return function _log(this: Signale, text, streams = this._stream, level) {
    if (isRelaying() || isWritingUncaptured) return original.call(this, text, streams, level)
    if (context.role === 'copy') original.call(this, text, streams, level)
    else if (isData(streams, context)) return original.call(this, text, streams, level)
    if (!isEnabled(this, level, context)) return
    const isTaken = tryCapture('signale', () => {
      const identity = instances.identify(this)
      take(context, {
        lib: 'signale',
        name: nameOf(this),
        level: RECORD_LEVELS[level] ?? 30,
        msg: withoutColours(text),
        extra: context.relays ? JSON.stringify({ identity, text }) : undefined,
      })
    })
    if (!isTaken && context.role === 'take') original.call(this, text, streams, level)
  }
}

let isWritingUncaptured = false

// Runs the original `_logger` without capturing the `_log` within it.
function writeUncaptured(write: () => void): void {
  isWritingUncaptured = true
  try {
    write()
  } finally {
    isWritingUncaptured = false
  }
}

// Whether one of the streams is a standard stream that is not captured.
function isData(streams: unknown, { capture }: AdapterContext): boolean {
  return listOf(streams).some((stream) => {
    if (stream === process.stdout) return !capture.stdout
    return stream === process.stderr && !capture.stderr
  })
}

function takeCall(
  logger: Signale,
  type: string,
  level: string,
  args: readonly unknown[],
  context: AdapterContext,
): void {
  const error = errorAmong(args)
  const msg = logger._filterSecrets(messageOf(logger, args))
  const isSecret = logger._secrets.length > 0
  const sent = isSecret ? [error ? censor(logger, error) : msg] : args
  const identity = instances.identify(logger)
  const file = logger._config.displayFilename ? basename(placeOf(OWN_FILES)) : undefined
  take(context, {
    lib: 'signale',
    name: nameOf(logger),
    level: type === 'fatal' ? 60 : (RECORD_LEVELS[level] ?? 30),
    msg,
    error: error && isSecret ? censor(logger, error) : error,
    fields: `,"type":${JSON.stringify(type)}`,
    extra: context.relays
      ? `${JSON.stringify({ identity, type, file }).slice(0, -1)},"args":${packArgs(sent)}}`
      : undefined,
  })
}
