// Tracker: detects which loggers a copy of bunyan creates and which levels and streams the application gives them.

import * as shimmer from 'shimmer'
import { notice, reasonOf } from '../../core/notice.js'
import { callersOf } from '../kit/identity/callers.js'
import type { Identity } from '../kit/identity/loggers.js'
import type { Bunyan, Library, Logger } from './library.js'

export interface Watcher {
  onCreate(logger: Logger, identity: Identity): void
  /** The application has set the level of the logger or of one of its streams. */
  onLevel(logger: Logger, identity: Identity): void
  /** The application has added a stream to a logger that exists. */
  onStream(logger: Logger, identity: Identity): void
}

type Method = (...args: unknown[]) => unknown

/** The name of the logger that is being created. It has its fields only after its streams. */
let creating: string | undefined

/** A logger's name, also while its streams are added. */
export function nameOf({ fields }: Logger): string | undefined {
  return (fields as Partial<Logger['fields']>).name ?? creating
}

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
      const logger = whileCreating(args[0], () => {
        return Reflect.construct(target, args, newTarget) as Logger
      })
      // A parent logger as the first argument: child loggers share their parent's name and streams and are not tracked.
      if (isOn && !(args[0] instanceof bunyan)) guard(() => add(logger))
      return logger
    },
    apply: (_target, _this, args: [object]) => new exports(...args),
  })
  // A function, because applications also call it with `new`.
  shimmer.wrap(bunyan, 'createLogger', () => {
    return function createLogger(options) {
      return new exports(options)
    }
  })
  const target = bunyan.prototype as unknown as Record<string, Method>
  const wrap = (names: string[], act: (logger: Logger, identity: Identity) => void): void => {
    shimmer.massWrap([target], names, (original) => {
      return function method(this: Logger, ...args: unknown[]) {
        const result = original.apply(this, args)
        const identity = identities.get(this)
        if (identity && args.at(-1) !== undefined) guard(() => act(this, identity))
        return result
      }
    })
  }
  wrap(['level', 'levels'], watcher.onLevel)
  wrap(['addStream'], watcher.onStream)
  const undo = (): void => {
    isOn = false
    shimmer.unwrap(bunyan, 'createLogger')
    shimmer.massUnwrap([target], ['level', 'levels', 'addStream'])
  }
  return { exports, undo }
}

function whileCreating(options: { readonly name?: string } | undefined, act: () => Logger): Logger {
  const before = creating
  creating = options?.name
  try {
    return act()
  } finally {
    creating = before
  }
}

function guard(act: () => void): void {
  try {
    act()
  } catch (error) {
    const reason = `cannot track a bunyan logger: ${reasonOf(error)}`
    notice('LOGSHARE_WARN_FAILED_OPEN', reason, 'bunyan')
  }
}
