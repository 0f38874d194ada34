// Tracker: watches which loggers a copy of bunyan makes, and which levels they are set to.

import * as shimmer from 'shimmer'
import { notice, reasonOf } from '../../core/notice.js'
import { callersOf } from '../kit/identity/callers.js'
import type { Identity } from '../kit/identity/loggers.js'
import type { Bunyan, Library, Logger, Watcher } from './library.js'

type Method = (...args: unknown[]) => unknown

/** Starts to watch; returns what is to be exported, and the undo. */
export function track(
  { bunyan, path }: Library,
  placeOf: (file: string | undefined) => string,
  watcher: Watcher,
): { readonly exports: Bunyan; readonly undo: () => void } {
  const identities = new WeakMap<Logger, Identity>()
  let isOn = true
  const made = (logger: Logger): void => {
    const identity = { name: logger.fields.name, place: placeOf(callersOf(path)[0]) }
    identities.set(logger, identity)
    watcher.made(logger, identity)
  }
  // Loggers made by another's child() share its name and its streams.
  const exports = new Proxy(bunyan, {
    construct(target, args, newTarget) {
      const logger = Reflect.construct(target, args, newTarget) as Logger
      if (isOn && !(args[0] instanceof bunyan)) guard(() => made(logger))
      return logger
    },
    apply: (_target, _this, args: [object]) => new exports(...args),
  })
  shimmer.wrap(bunyan, 'createLogger', () => (options) => new exports(options))
  const target = bunyan.prototype as unknown as Record<string, Method>
  shimmer.massWrap([target], ['level', 'levels'], (original) => {
    return function level(this: Logger, ...args: unknown[]) {
      const result = original.apply(this, args)
      const identity = identities.get(this)
      if (identity && args.at(-1) !== undefined) guard(() => watcher.changed(this, identity))
      return result
    }
  })
  const undo = (): void => {
    isOn = false
    shimmer.unwrap(bunyan, 'createLogger')
    shimmer.massUnwrap([target], ['level', 'levels'])
  }
  return { exports, undo }
}

function guard(act: () => void): void {
  try {
    act()
  } catch (error) {
    const reason = reasonOf(error)
    notice('LOGSHARE_WARN_FAILED_OPEN', `a bunyan logger is not known: ${reason}`, 'bunyan')
  }
}
