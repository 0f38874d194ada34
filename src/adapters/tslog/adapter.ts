// The tslog adapter: loggers are known by name, with their parents' names, and by the file that has made them.
//
// A call is the library's own, on a logger that differs from the application's in what is written here: prefix, mask,
// middleware, bindings and context are done in the child, output and transports in the root.

import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { unpackArgs } from '../kit/capture/values.js'
import { relayInto, tryCapture } from '../kit/guard.js'
import { hookPackage } from '../kit/hook/package.js'
import { createWatch } from './levels.js'
import { instances, type Log, type Logger, type Settings } from './library.js'
import { createShadow, type Shadow } from './overlay.js'
import { take } from './record.js'
import { type Extra, relaying } from './relay.js'

const PACKAGE = {
  name: 'tslog',
  main: /[\\/]tslog[\\/](?:cjs[\\/]BaseLogger|esm[\\/](?:BaseLogger|index\.node))\.js$/,
  internal: true,
}

const patched = new WeakMap<object, Log>()

export const tslogAdapter: Adapter = {
  name: 'tslog',

  install(context) {
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      const { prototype } = (exports as { BaseLogger?: { prototype: Logger } }).BaseLogger ?? {}
      if (typeof prototype?.log !== 'function' || patched.has(prototype)) return
      undo.push(adopt(prototype, context))
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  relay(record, text) {
    if (text === undefined) return false
    const extra = JSON.parse(text) as Extra
    const logger = instances.find(extra.identity)
    const log = logger && originalOf(logger)
    if (!logger || !log) return undefined
    return relayInto('tslog', () => {
      log.call(relaying(logger, record, extra), extra.id, extra.level, ...unpackArgs(extra.args))
    })
  },
}

function adopt(prototype: Logger, context: AdapterContext): () => void {
  const { log, _shouldCaptureStack, setMinLevel } = prototype
  patched.set(prototype, log)
  const watch = createWatch(context)
  prototype._shouldCaptureStack = function (this: Logger) {
    watch.add(this)
    return _shouldCaptureStack.call(this)
  }
  if (context.role === 'take') prototype.log = taking(log, context)
  if (context.role === 'copy') prototype.log = copying(log, context)
  return () => {
    prototype.log = log
    prototype._shouldCaptureStack = _shouldCaptureStack
    if (setMinLevel) prototype.setMinLevel = setMinLevel
    patched.delete(prototype)
    watch.end()
  }
}

// In the root: written as always, and a copy taken. There are three calls of ours on the stack.
function copying(log: Log, context: AdapterContext): Log {
  const shadowOf = createShadows(3)
  return function (id, level, ...args) {
    if (isRelaying() || id < this.settings.minLevel) return log.call(this, id, level, ...args)
    const shadow = shadowOf(this, false)
    shadow.args = args
    const record = whileRelaying(() => log.call(shadow.logger, id, level, ...args))
    if (record)
      tryCapture('tslog', () => take(this, { id, level, record, args: shadow.args }, context))
    return record
  }
}

// In a child, where there is one.
function taking(log: Log, context: AdapterContext): Log {
  const shadowOf = createShadows(1)
  return function (id, level, ...args) {
    if (isRelaying() || id < this.settings.minLevel) return log.call(this, id, level, ...args)
    const shadow = shadowOf(this, !isData(this.settings, context))
    shadow.args = args
    const record = log.call(shadow.logger, id, level, ...args)
    if (record)
      tryCapture('tslog', () => take(this, { id, level, record, args: shadow.args }, context))
    return record
  }
}

function createShadows(frames: number): (logger: Logger, isSilent: boolean) => Shadow {
  const shadows = new WeakMap<Logger, Shadow>()
  return (logger, isSilent) => {
    let shadow = shadows.get(logger)
    if (shadow?.isSilent === isSilent) return shadow
    shadow = createShadow(logger, isSilent, frames)
    shadows.set(logger, shadow)
    return shadow
  }
}

function originalOf(logger: Logger): Log | undefined {
  for (let at: object | null = logger; at; at = Object.getPrototypeOf(at)) {
    const log = patched.get(at)
    if (log) return log
  }
  return undefined
}

// Whatever is not hidden goes to stdout.
function isData({ type, overwrite }: Settings, { capture }: AdapterContext): boolean {
  if (capture.stdout || type === 'hidden') return false
  return !(overwrite?.transportFormatted || overwrite?.transportJSON)
}
