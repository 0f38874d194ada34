// Tracker: detects which loggers a copy of bunyan creates and which levels the application sets on them.

import * as shimmer from 'shimmer'
import { notice, reasonOf } from '../../core/notice.js'
import { callersOf } from '../kit/identity/callers.js'
import type { Identity } from '../kit/identity/loggers.js'
import type { Bunyan, Library, Logger } from './library.js'

export interface Watcher {
  onCreate(logger: Logger, identity: Identity): void
  /** The application has set the level of the logger or of one of its streams. */
  onLevel(logger: Logger, identity: Identity): void
}

type Method = (...args: unknown[]) => unknown

/** Patches the copy. Returns the exports to use in place of its own, and the undo. */
export function track(
  { bunyan, path }: Library,
  placeOf: (file: string | undefined) => string,
  watcher: Watcher,
): { readonly exports: Bunyan; readonly undo: () => void } {
  const identities = new WeakMap<Logger, Identity>()
  let isOn = true
  const add = (logger: Logger): void => {
    const identity = { name: logger.fields.name, place: placeOf(callersOf(path)[0]) }
    identities.set(logger, identity)
    watcher.onCreate(logger, identity)
  }
  const exports = new Proxy(bunyan, {
    construct(target, args, newTarget) {
      const logger = Reflect.construct(target, args, newTarget) as Logger
      // A parent logger as the first argument: child loggers share their parent's name and streams and are not tracked.
      if (isOn && !(args[0] instanceof bunyan)) guard(() => add(logger))
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
      if (identity && args.at(-1) !== undefined) guard(() => watcher.onLevel(this, identity))
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
    const reason = `cannot track a bunyan logger: ${reasonOf(error)}`
    notice('LOGSHARE_WARN_FAILED_OPEN', reason, 'bunyan')
  }
}
