// Registry: the loggers of a thread by dotted name, and the levels they inherit from their nearest ancestor.

import { runInContext } from '../core/context.js'
import { encodeString } from '../core/encode.js'
import { checkThreshold, levelNumber, type Threshold } from '../core/level.js'
import type { RootLevels } from '../core/levels.js'
import { encodeFields, type Fields } from '../core/record.js'
import type { Redact } from '../core/redact.js'
import type { QueueHandler } from '../queue/handler.js'
import { announceLevel } from './base.js'
import { createLogger, type Logger } from './logger.js'

const MAX_NODES = 10_000

/** Name of the root logger, which `getLogger()` without a name returns and which is the ancestor of all others. */
export const ROOT_NAME = 'root'

/** The entry of a name in the registry, shared by its logger and the loggers made from that with `child()`. */
export interface Node {
  readonly name: string
  /** The name as JSON. */
  readonly json: string
  /** `,"name":"…","msg":"`. */
  readonly opening: string
  readonly registry: Registry
  /** Number of the level in force: its own, or that of the nearest ancestor. */
  threshold: number
  /** The same number if it was set for the name or an ancestor other than the root logger; otherwise 0. */
  limit: number
  /** Level set in this thread; it overrides the level that the root process sent. */
  own: Threshold | undefined
}

export class Registry {
  readonly #nodes = new Map<string, Node>()
  readonly #loggers = new Map<string, Logger>()
  readonly #root: Node
  /** In a child: the levels that the root process sent, by name. */
  #rootLevels: ReadonlyMap<string, Threshold> = new Map()
  /** Called after a level was set in this thread. */
  changed: (() => void) | undefined
  /** Resolves when what has been logged before is written. */
  flush: (() => Promise<void>) | undefined
  /** Blocks until then, at most for a moment. */
  settle: (() => void) | undefined
  /** Where records go. */
  readonly queue: QueueHandler
  /** Applied to the fields of each record. */
  redact: Redact | undefined

  constructor(queue: QueueHandler, level?: Threshold, redact?: Redact) {
    this.queue = queue
    this.#root = this.#create(ROOT_NAME)
    this.configure(level, redact)
  }

  /** Sets the root logger's level and the redaction. */
  configure(level: Threshold | undefined, redact?: Redact): void {
    this.redact = redact
    this.setLevel(this.#root, level)
  }

  /** The logger of a name, created at the first call; the root logger for no name. */
  getLogger(name: string = ROOT_NAME): Logger {
    const key = typeof name === 'string' && name !== '' ? name : ROOT_NAME
    let logger = this.#loggers.get(key)
    if (!logger) {
      logger = createLogger(this.node(key, true))
      this.#loggers.set(key, logger)
    }
    return logger
  }

  /**
   * The entry of a name, created at the first call. Names beyond a limit are not kept, unless `isKept`: lines that a program
   * prints can have any number of them.
   */
  node(name: string, isKept = false): Node {
    return this.#nodes.get(name) ?? this.#create(name, isKept || this.#nodes.size < MAX_NODES)
  }

  /** Sets a node's own level; `undefined` removes it, so that the node inherits. Throws `LOGSHARE_ERR_LEVEL`. */
  setLevel(node: Node, level: Threshold | undefined): void {
    if (level !== undefined) checkThreshold(level, node.name)
    node.own = level
    this.#inheritAll()
    this.changed?.()
  }

  /** Sets the own levels of several nodes, by name. Throws `LOGSHARE_ERR_LEVEL`. */
  setLevels(levels: Readonly<Record<string, Threshold>>): void {
    for (const [name, level] of Object.entries(levels)) this.setLevel(this.node(name, true), level)
  }

  /** In a child: replaces the levels that the root process sent before. Levels set in this thread stay. */
  follow({ level, levels }: Pick<RootLevels, 'level' | 'levels'>): void {
    this.#rootLevels = new Map(Object.entries({ ...levels, [ROOT_NAME]: level }))
    this.#inheritAll()
  }

  /** Runs `act`; records logged within, also after an `await`, by whatever logger, get the fields. Returns what `act` returns. */
  withContext<T>(fields: Fields, act: () => T): T {
    const encoded = encodeFields(fields)
    return runInContext(this.redact ? this.redact.fields(encoded) : encoded, act)
  }

  /** Levels set in this thread, by name. */
  ownLevels(): Readonly<Record<string, Threshold>> {
    const set = [...this.#nodes.values()].filter((node) => node.own !== undefined)
    return Object.fromEntries(set.map((node) => [node.name, node.own as Threshold]))
  }

  /** Levels set in this thread, in the form in which a root sends them to its children. */
  levels(): Pick<RootLevels, 'level' | 'levels'> {
    const { [ROOT_NAME]: level = 'info', ...levels } = this.ownLevels()
    return { level, levels }
  }

  #create(name: string, isKept = true): Node {
    const json = encodeString(name)
    const node: Node = {
      name,
      json,
      opening: [',"name":', json, ',"msg":"'].join(''),
      registry: this,
      threshold: levelNumber('info'),
      limit: 0,
      own: undefined,
    }
    if (isKept) this.#nodes.set(name, node)
    if (this.#root) this.#inherit(node)
    return node
  }

  #inheritAll(): void {
    for (const each of this.#nodes.values()) {
      const logger = this.#loggers.get(each.name)
      const before = logger?.levelVal
      this.#inherit(each)
      if (before !== undefined) announceLevel(logger as Logger, before)
    }
  }

  #inherit(node: Node): void {
    const nearest = this.#nearest(node.name)
    node.threshold = levelNumber(nearest ?? this.#levelOf(ROOT_NAME) ?? 'info')
    node.limit = nearest === undefined ? 0 : node.threshold
  }

  // The level set for a name or its nearest ancestor, without the root logger.
  #nearest(name: string): Threshold | undefined {
    for (let end = name.length; end > 0; end = lastSeparator(name, end)) {
      const key = name.slice(0, end)
      const level = key === ROOT_NAME ? undefined : this.#levelOf(key)
      if (level !== undefined) return level
    }
    return undefined
  }

  #levelOf(name: string): Threshold | undefined {
    return this.#nodes.get(name)?.own ?? this.#rootLevels.get(name)
  }
}

// Debug namespaces are separated by colons: `app:db` is below `app`.
function lastSeparator(name: string, end: number): number {
  return Math.max(name.lastIndexOf('.', end - 1), name.lastIndexOf(':', end - 1))
}
