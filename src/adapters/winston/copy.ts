// Copy: queues copies of what this thread's loggers write themselves for the handlers, as the logger's format returned it.
//
// An info may have to wait in the logger, for a slow transport or for a first one, and is lost if the thread exits. Its
// copy does not wait: it is made of a clone, because a format may not be run twice on the same info.

import * as shimmer from 'shimmer'
import { type AdapterContext, isRead, whileRelaying } from '../kit/adapter.js'
import { take } from '../kit/capture/take.js'
import type { Loggers } from './identity.js'
import { type Info, type Logger, wrapInherited } from './library.js'
import { errorOf, format, toRecord } from './record.js'
import { isRelayed } from './relay.js'
import { type Show, showFor } from './shown.js'
import { isLogged } from './transports.js'

/** Copies what loggers with this prototype write. Returns a function that undoes the patch. */
export function copyWrites(
  prototype: Logger,
  context: AdapterContext,
  loggers: Loggers,
): () => void {
  const copies = new Copies(context, loggers)
  const undoWrite = wrapInherited(prototype, 'write', (original) => {
    return function write(this: Logger, info, ...rest) {
      if (!isRead(context) || typeof info !== 'object' || info === null)
        return original.call(this, info, ...rest)
      return copies.watch(this, info, () => original.call(this, info, ...rest))
    }
  })
  shimmer.wrap(prototype, '_transform', (original) => {
    return function _transform(this: Logger, info, encoding, done) {
      if (!isRead(context)) {
        original.call(this, info, encoding, done)
        return
      }
      // A transport of the application may write to the console. That text must not become a second record.
      whileRelaying(() => copies.during(info, () => original.call(this, info, encoding, done)))
    }
  })
  const undoPush = wrapInherited(prototype, 'push', (original) => {
    return function push(this: Logger, info: unknown, ...rest: unknown[]) {
      if (isRead(context) && typeof info === 'object' && info !== null)
        copies.pushed(this, info as Info)
      return original.call(this, info, ...rest)
    }
  })
  return () => {
    undoPush()
    shimmer.unwrap(prototype, '_transform')
    undoWrite()
  }
}

class Copies {
  readonly #context: AdapterContext
  readonly #loggers: Loggers
  /** Infos that were copied while they waited. */
  readonly #early = new WeakSet<Info>()
  /** The info that is being written, until its logger's format runs. */
  #written: Info | undefined
  /** Of the info that is being formatted. */
  #error: Error | undefined
  #show: Show | undefined
  #isCopied = false

  constructor(context: AdapterContext, loggers: Loggers) {
    this.#context = context
    this.#loggers = loggers
  }

  /** Runs `write`, and copies the info if it has to wait. */
  watch(logger: Logger, info: Info, write: () => boolean): boolean {
    const before = this.#written
    this.#written = info
    let isWaiting = false
    try {
      return write()
    } finally {
      isWaiting = this.#written === info && !logger._writableState.ending
      this.#written = before
      if (isWaiting) this.#copyEarly(logger, info)
    }
  }

  /** Runs `transform`, which formats the info. A format may log, too. */
  during(info: Info, transform: () => void): void {
    const isCopied = this.#isCopied
    const error = this.#error
    const show = this.#show
    if (this.#written === info) this.#written = undefined
    this.#isCopied = isRelayed(info) || this.#early.has(info)
    this.#error = errorOf(info)
    this.#show = showFor(info, this.#context)
    try {
      transform()
    } finally {
      this.#isCopied = isCopied
      this.#error = error
      this.#show = show
    }
  }

  /** The logger's format has returned the info. */
  pushed(logger: Logger, info: Info): void {
    if (this.#isCopied || isRelayed(info)) return
    this.#isCopied = true
    this.#copy(logger, info, this.#error, this.#show)
  }

  #copyEarly(logger: Logger, info: Info): void {
    if (isRelayed(info)) return
    this.#early.add(info)
    const own = Object.getOwnPropertyDescriptors(info)
    const clone = Object.create(Object.getPrototypeOf(info), own) as Info
    try {
      const show = showFor(info, this.#context)
      const formatted = format(logger, clone, false)
      if (formatted) this.#copy(logger, formatted, errorOf(info), show)
    } catch {
      // The logger reports it when it formats the info.
    }
  }

  #copy(logger: Logger, info: Info, error: Error | undefined, show: Show | undefined): void {
    if (!isLogged(logger, info, this.#context)) return
    const identity = this.#loggers.identityOf(logger) ?? this.#loggers.add(logger)
    take(this.#context, toRecord(logger, identity, info, error, { show }), 'copy')
  }
}
