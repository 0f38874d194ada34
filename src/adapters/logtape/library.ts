// Library: what the adapter uses of LogTape 2, and whether the application has configured it.

import type { AdapterContext } from '../kit/adapter.js'

export type Plain = Record<string, unknown>
export type LevelName = (typeof LEVELS)[number]
export type Sink = (record: Entry) => void

/** LogTape's record of one log call. */
export interface Entry {
  readonly category: readonly string[]
  readonly level: LevelName
  /** Parts of the message: texts, and between them the values of placeholders. */
  readonly message: readonly unknown[]
  readonly rawMessage: string | readonly string[]
  readonly timestamp: number
  readonly properties: Plain
}

export interface Logger {
  readonly category: readonly string[]
  readonly parent: Logger | null
  readonly sinks: readonly Sink[]
  readonly parentSinks: string
  /** Null disables all levels. */
  readonly lowestLevel: LevelName | null
  readonly contextLocalStorage?: { getStore(): Plain | undefined }
  getChild(category: readonly string[]): Logger
  getSinks(level: LevelName): Iterable<Sink>
  filter(record: Entry): boolean
  isEnabledFor(level: LevelName): boolean
  isCertainlyDropped(level: LevelName): boolean
  reset(): void
  emitResolved(record: Entry, bypassSinks?: ReadonlySet<Sink>): void
}

/** The property of the global object that has the root logger, which all copies of LogTape share. */
export const GLOBAL: symbol = Symbol.for('logtape.rootLogger')
export const LIB = 'logtape'
export const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'fatal'] as const

interface State {
  root: Logger | undefined
  /** Whether the application has configured LogTape in this thread. */
  isConfigured: boolean
}

export const state: State = { root: undefined, isConfigured: false }

/** Whether this is a child whose application has not configured LogTape. Its loggers then behave like the root's. */
export function isUnconfiguredChild({ role }: AdapterContext): boolean {
  return role === 'take' && !state.isConfigured && !scopedConfig()
}

const SCOPED = Symbol.for('logtape.scopedConfig')

/** The configuration of the enclosing `withConfig()`, if any. */
export function scopedConfig(): unknown {
  return state.root?.contextLocalStorage?.getStore()?.[SCOPED as never]
}

export function nameOf(category: readonly string[]): string {
  return category.join('.') || 'logtape'
}

/** Whether this is LogTape's own logger, which reports failing sinks. */
export function isMeta({ category }: Logger): boolean {
  return category[0] === 'logtape' && category[1] === 'meta'
}
