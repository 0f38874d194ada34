// Registry: the loggers of a thread by dotted name, and the level each of them has from its nearest ancestor.

import { encodeString } from '../core/encode.js'
import { checkThreshold, levelNumber, type Threshold } from '../core/level.js'
import type { RootLevels } from '../core/levels.js'
import type { Redact } from '../core/redact.js'
import type { QueueHandler } from '../queue/handler.js'
import { createLogger, type Logger } from './logger.js'

/** The root logger's name: what `getLogger()` without a name returns, and the ancestor of all. */
export const ROOT_NAME = 'root'

/** One logger's place in the registry, shared by the logger and its children made with `child()`. */
export interface Node {
  readonly name: string
  /** The name as JSON. */
  readonly json: string
  readonly registry: Registry
  /** Number of the level in force: its own, or the nearest ancestor's. */
  threshold: number
  /** The same number if the name, or an ancestor that is not the root, was given a level; 0 if not. */
  limit: number
  /** Set in this thread; it goes before what the root has told. */
  own: Threshold | undefined
}

export class Registry {
  readonly #nodes = new Map<string, Node>()
  readonly #loggers = new Map<string, Logger>()
  readonly #root: Node
  /** In a child: what the root has told, by name. */
  #told: ReadonlyMap<string, Threshold> = new Map()
  /** Called after a level was set here. */
  changed: (() => void) | undefined
  /** Where records go. */
  readonly queue: QueueHandler
  redact: Redact | undefined

  constructor(queue: QueueHandler, level?: Threshold, redact?: Redact) {
    this.queue = queue
    this.#root = this.#create(ROOT_NAME)
    this.configure(level, redact)
  }

  /** The root logger's level, and what is removed from fields. */
  configure(level: Threshold | undefined, redact?: Redact): void {
    this.redact = redact
    this.setLevel(this.#root, level)
  }

  getLogger(name: string = ROOT_NAME): Logger {
    const key = typeof name === 'string' && name !== '' ? name : ROOT_NAME
    let logger = this.#loggers.get(key)
    if (!logger) {
      logger = createLogger(this.node(key))
      this.#loggers.set(key, logger)
    }
    return logger
  }

  node(name: string): Node {
    return this.#nodes.get(name) ?? this.#create(name)
  }

  /** Sets a node's own level; `undefined` makes it inherit again. Throws `LOGSHARE_ERR_LEVEL`. */
  setLevel(node: Node, level: Threshold | undefined): void {
    if (level !== undefined) checkThreshold(level, node.name)
    node.own = level
    this.#inheritAll()
    this.changed?.()
  }

  setLevels(levels: Readonly<Record<string, Threshold>>): void {
    for (const [name, level] of Object.entries(levels)) this.setLevel(this.node(name), level)
  }

  /** In a child: the root's levels, in the place of those told before. What was set here stays. */
  follow({ level, levels }: Pick<RootLevels, 'level' | 'levels'>): void {
    this.#told = new Map(Object.entries({ ...levels, [ROOT_NAME]: level }))
    this.#inheritAll()
  }

  /** Levels set in this thread, by name. */
  ownLevels(): Readonly<Record<string, Threshold>> {
    const set = [...this.#nodes.values()].filter((node) => node.own !== undefined)
    return Object.fromEntries(set.map((node) => [node.name, node.own as Threshold]))
  }

  /** Levels set in this thread, as a root tells them its children. */
  levels(): Pick<RootLevels, 'level' | 'levels'> {
    const { [ROOT_NAME]: level = 'info', ...levels } = this.ownLevels()
    return { level, levels }
  }

  #create(name: string): Node {
    const node: Node = {
      name,
      json: encodeString(name),
      registry: this,
      threshold: levelNumber('info'),
      limit: 0,
      own: undefined,
    }
    this.#nodes.set(name, node)
    if (this.#root) this.#inherit(node)
    return node
  }

  #inheritAll(): void {
    for (const each of this.#nodes.values()) this.#inherit(each)
  }

  #inherit(node: Node): void {
    const nearest = this.#nearest(node.name)
    node.threshold = levelNumber(nearest ?? this.#levelOf(ROOT_NAME) ?? 'info')
    node.limit = nearest === undefined ? 0 : node.threshold
  }

  // The level set for a name or its nearest ancestor, short of the root.
  #nearest(name: string): Threshold | undefined {
    for (let end = name.length; end > 0; end = lastSeparator(name, end)) {
      const key = name.slice(0, end)
      const level = key === ROOT_NAME ? undefined : this.#levelOf(key)
      if (level !== undefined) return level
    }
    return undefined
  }

  #levelOf(name: string): Threshold | undefined {
    return this.#nodes.get(name)?.own ?? this.#told.get(name)
  }
}

// Names of debug namespaces are divided by colons: `app:db` is beneath `app`.
function lastSeparator(name: string, end: number): number {
  return Math.max(name.lastIndexOf('.', end - 1), name.lastIndexOf(':', end - 1))
}
