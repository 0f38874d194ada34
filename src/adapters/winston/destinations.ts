// Destinations: the root announces which of its loggers write files, and what a child's logger that is one of them writes
// to files is relayed.

import type { AdapterContext } from '../kit/adapter.js'
import { filesOf, type Loggers, levelKeys, MAX_ANNOUNCED } from './identity.js'
import type { Logger } from './library.js'
import { filesAmong } from './transports.js'

/** Announced under this name: 1 for each identity and file of such loggers, 0 if the identity's logger has no more. */
const LIB = 'winston-destinations'

export class Destinations {
  readonly #context: AdapterContext
  readonly #loggers: Loggers
  readonly #found = new WeakMap<Logger, { changes: number; isRelayed: boolean }>()

  constructor(context: AdapterContext, loggers: Loggers) {
    this.#context = context
    this.#loggers = loggers
  }

  /** In the root: announces the transports that the logger has now. */
  announce(logger: Logger): void {
    const identity = this.#loggers.identityOf(logger)
    if (!identity || (identity.nth ?? 0) >= MAX_ANNOUNCED) return
    const { levels } = this.#context
    const has = filesAmong(logger).length > 0
    for (const key of levelKeys(identity))
      if (has || levels.find(LIB, key) !== undefined) levels.announce(LIB, key, has ? 1 : 0)
    const files = filesOf(logger)
    for (const file of files) levels.announce(LIB, fileKey(file), 1)
    if (files.length > 0) levels.announce(LIB, filesKey(files), 1)
  }

  /**
   * In a child: whether the root has a logger of the same identity that writes files, or one that writes the same
   * files. A logger with a file that the root does not write, such as one whose name has the
   * process id, is not the root's.
   */
  isInRoot(logger: Logger): boolean {
    const { levels } = this.#context
    const found = this.#found.get(logger)
    if (found?.changes === levels.changes) return found.isRelayed
    const identity = this.#loggers.identityOf(logger) ?? this.#loggers.add(logger)
    const isAnnounced = (key: string): boolean => levels.find(LIB, key) === 1
    const files = filesOf(logger)
    const isRelayed =
      (levelKeys(identity).some(isAnnounced) && files.map(fileKey).every(isAnnounced)) ||
      (files.length > 0 && isAnnounced(filesKey(files)))
    this.#found.set(logger, { changes: levels.changes, isRelayed })
    return isRelayed
  }

  /** In a child: whether it is known that the logger is not one of the root's. */
  isElsewhere(logger: Logger): boolean {
    return this.#loggers.identityOf(logger) !== undefined && !this.isInRoot(logger)
  }

  /** In a child: the logger has other transports than before. */
  forget(logger: Logger): void {
    this.#found.delete(logger)
  }
}

function filesKey(paths: readonly string[]): string {
  return `files ${[...paths].sort().join()}`
}

function fileKey(path: string): string {
  return `file ${path}`
}
