// Registry: the loggers of a thread by dotted name, and the level each of them has from its nearest ancestor.

import { encodeString } from '../core/encode.js'
import { checkThreshold, levelNumber, type Threshold } from '../core/level.js'
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
  own: Threshold | undefined
}

export class Registry {
  readonly #nodes = new Map<string, Node>()
  readonly #loggers = new Map<string, Logger>()
  readonly #root: Node
  /** Where records go. */
  readonly queue: QueueHandler
  redact: Redact | undefined

  constructor(queue: QueueHandler, level: Threshold, redact?: Redact) {
    this.queue = queue
    this.#root = this.#create(ROOT_NAME)
    this.configure(level, redact)
  }

  /** The root logger's level, and what is removed from fields. */
  configure(level: Threshold, redact?: Redact): void {
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
    node.own = level ?? (node === this.#root ? 'info' : undefined)
    for (const each of this.#nodes.values()) each.threshold = this.#inherited(each.name)
  }

  setLevels(levels: Readonly<Record<string, Threshold>>): void {
    for (const [name, level] of Object.entries(levels)) this.setLevel(this.node(name), level)
  }

  /** All levels that were set, for children to start with. */
  levels(): { readonly level: Threshold; readonly levels: Readonly<Record<string, Threshold>> } {
    const set = [...this.#nodes.values()].filter((node) => node !== this.#root && node.own)
    const levels = Object.fromEntries(set.map((node) => [node.name, node.own as Threshold]))
    return { level: this.#root.own ?? 'info', levels }
  }

  /** Whether a name, or an ancestor that is not the root, was given a level of its own. */
  hasLevel(name: string): boolean {
    return this.#ancestor(name) !== this.#root
  }

  #create(name: string): Node {
    const node: Node = {
      name,
      json: encodeString(name),
      registry: this,
      threshold: levelNumber('info'),
      own: undefined,
    }
    this.#nodes.set(name, node)
    if (this.#root) node.threshold = this.#inherited(name)
    return node
  }

  #inherited(name: string): number {
    return levelNumber(this.#ancestor(name).own ?? 'info')
  }

  #ancestor(name: string): Node {
    for (let end = name.length; end > 0; end = lastSeparator(name, end)) {
      const node = this.#nodes.get(name.slice(0, end))
      if (node?.own !== undefined) return node
    }
    return this.#root
  }
}

// Names of debug namespaces are divided by colons: `app:db` is beneath `app`.
function lastSeparator(name: string, end: number): number {
  return Math.max(name.lastIndexOf('.', end - 1), name.lastIndexOf(':', end - 1))
}
