// Library: types of the parts of log4js that the adapter reads or patches, and the loaded copies of the package.

import { dirname, join } from 'node:path'
import type { RealDate } from '../../core/originals.js'

export interface Level {
  readonly level: number
  readonly levelStr: string
  readonly colour: string
}

export interface LevelClass {
  new (level: number, levelStr: string, colour: string): Level
  readonly levels: readonly Level[]
  getLevel(level: unknown, otherwise?: Level): Level | undefined
}

export interface Event {
  startTime: RealDate
  readonly categoryName: string
  readonly data: readonly unknown[]
  readonly level: Level
  readonly context: Readonly<Record<string, unknown>>
  pid: number
  readonly error?: Error
  cluster?: unknown
  readonly [location: string]: unknown
}

export interface EventClass {
  new (
    category: string,
    level: Level,
    data: readonly unknown[],
    context: object,
    location: object | undefined,
    error: unknown,
  ): Event
}

export interface Appender {
  (event: Event): void
  shutdown?(done: (error?: unknown) => void): void
}

export interface AppenderConfig {
  readonly type?: unknown
  /** Set on a filter: the name of the appender it passes events to. */
  readonly appender?: unknown
  /** The same for an appender of the application that passes events to several. */
  readonly appenders?: unknown
  readonly layout?: { readonly type?: unknown; readonly tokens?: Readonly<Record<string, unknown>> }
  readonly timezoneOffset?: unknown
  /** Where a file appender writes; `base`: the directory or the begin of the names of `multiFile`. */
  readonly filename?: unknown
  readonly base?: unknown
}

export type Layout = (event: Event, timezoneOffset?: unknown) => string

export interface Layouts {
  /** Undefined if there is no layout of that type. */
  layout(type: string, config: unknown): Layout | undefined
}

export interface Config {
  appenders?: Record<string, AppenderConfig>
  readonly categories?: Record<string, { level?: unknown; readonly appenders?: readonly string[] }>
}

export interface Clustering {
  send(event: Event): void
  isMaster(): boolean
  onlyOnMaster(make: () => unknown, otherwise: unknown): unknown
}

export interface Configuration {
  addPreProcessingListener(listener: (config: Config) => void): void
  addListener(listener: (config: Config) => void): void
}

export interface Categories {
  /** log4js 6 has its map of categories here. */
  keys?(): Iterable<string>
  appendersForCategory(category: string): readonly Appender[]
  getLevelForCategory(category: string): Level
  setLevelForCategory(category: string, level: Level): void
  /** Forgets all categories. Called by `shutdown` of log4js 6. */
  init?(): void
}

/** One loaded copy of the package. */
export class Copy {
  readonly #directory: string
  readonly #parts = new Map<string, unknown>()
  /** The application's configuration; undefined if there is none, or only the library's default. */
  config: Config | undefined
  /** The configuration that log4js applies or has applied, which may be its default. */
  current: Config | undefined
  /** The appender whose configuration log4js has read last: the one that it is creating. */
  creating: string | undefined
  clustering: Clustering | undefined
  configuration: Configuration | undefined
  categories: Categories | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  get Level(): LevelClass {
    return this.#part('levels.js') as LevelClass
  }

  get layouts(): Layouts {
    return this.#part('layouts.js') as Layouts
  }

  get Event(): EventClass {
    return this.#part('LoggingEvent.js') as EventClass
  }

  /** Whether the application has configured log4js and has not shut it down since. */
  get isConfigured(): boolean {
    const { isConfigured } = this.#part('log4js.js') as { isConfigured?(): boolean }
    return this.config !== undefined && (isConfigured?.() ?? true)
  }

  /** Called before log4js applies a configuration. */
  configured(config: Config): void {
    this.config = isUnconfigured(config) ? undefined : config
    if (typeof config.appenders !== 'object' || config.appenders === null) return
    this.current = { ...config }
    config.appenders = new Proxy(config.appenders, {
      get: (target, name, receiver) => {
        if (typeof name === 'string' && Object.hasOwn(target, name)) this.creating = name
        return Reflect.get(target, name, receiver)
      },
    })
  }

  /** Called when the package is loaded again, after its files changed or `require.cache` was cleared. */
  renew(): void {
    this.#parts.clear()
  }

  #part(file: string): unknown {
    const known = this.#parts.get(file)
    if (known !== undefined) return known
    const path = join(this.#directory, file)
    const part: unknown = require(path)
    // A module that is still loading may not have set its exports yet.
    if (require.cache[path]?.loaded) this.#parts.set(file, part)
    return part
  }
}

const copies = new Map<string, Copy>()

/** The copy that the file belongs to. */
export function copyOf(path: string): Copy {
  const directory = dirname(path)
  let copy = copies.get(directory)
  if (!copy) {
    copy = new Copy(directory)
    copies.set(directory, copy)
  }
  return copy
}

/** A copy that the application has configured, preferably with this category. */
export function configuredCopy(category: string): Copy | undefined {
  const configured = [...copies.values()].filter((copy) => copy.clustering && copy.isConfigured)
  const knows = ({ config }: Copy): boolean => config?.categories?.[category] !== undefined
  return configured.find(knows) ?? configured[0]
}

/** Whether this is the library's default configuration, which logs nothing. */
export function isUnconfigured({ appenders = {}, categories = {} }: Config): boolean {
  const [[name, appender] = [], ...others] = Object.entries(appenders)
  return (
    others.length === 0 &&
    name === 'out' &&
    appender?.type === 'stdout' &&
    Object.keys(categories).join() === 'default' &&
    categories.default?.level === 'OFF'
  )
}

/** The category, its ancestors from the nearest up, and `default`. */
export function chainOf(category: string): readonly string[] {
  const parts = category.split('.')
  const above = parts.map((_, i) => parts.slice(0, parts.length - i).join('.'))
  return [...above, 'default']
}
