// Library: types of the parts of LogTape 1 and 2 that the adapter reads or patches.

/** The global property with the root logger, which all copies of the library share. */
export const GLOBAL: symbol = Symbol.for('logtape.rootLogger')

export const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'fatal'] as const

export type LevelName = (typeof LEVELS)[number]
export type Properties = Readonly<Record<string, unknown>>

/** A record of the library. */
export interface Entry {
  readonly category: readonly string[]
  readonly level: LevelName
  /** Texts at even positions, and the values between them. */
  readonly message: readonly unknown[]
  readonly properties: Properties
}

export interface Logger {
  readonly category: readonly string[]
  readonly parent: Logger | null
  readonly lowestLevel: LevelName | null
  readonly contextLocalStorage?: { getStore(): object | undefined }
  /** Whether the filters let the record pass. */
  filter(record: Entry): boolean
  /** This and the next are not in LogTape 1. */
  isEnabledFor?(level: LevelName): boolean
  isCertainlyDropped?(level: LevelName): boolean
  reset(): void
  /** Calls the sinks, if level and filters let the record pass. */
  emitResolved(record: Entry, bypassSinks?: ReadonlySet<unknown>): void
}

const SCOPED = Symbol.for('logtape.scopedConfig')

/** Whether the code that runs now has a configuration of its own: `withConfig`. */
export function isScoped(): boolean {
  const { contextLocalStorage } = Reflect.get(globalThis, GLOBAL) as Logger
  const store = contextLocalStorage?.getStore()
  return store !== undefined && Reflect.get(store, SCOPED) !== undefined
}

/** Category as one name, with dots. */
export function nameOf(category: readonly string[]): string {
  return (category.length === 1 ? String(category[0]) : category.join('.')) || 'logtape'
}

export function numberOf(level: LevelName): number {
  return (LEVELS.indexOf(level) + 1) * 10
}
