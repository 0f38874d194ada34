// Library: what the adapter uses of loglevel 1, and the copies of it that are loaded here.

export type Method = (...args: unknown[]) => void

export interface Logger {
  name?: string | symbol
  log?: Method
  getLevel(): number
  setLevel(level: number, persist: boolean): void
  getLogger(name: string | symbol): Logger
  getLoggers(): Record<string | symbol, Logger>
  methodFactory(method: string, level: number, name: string | symbol | undefined): Method
}

/** In order of level: a logger's level is the index of its first enabled method. The list's length means silent. */
export const METHODS = ['trace', 'debug', 'info', 'warn', 'error'] as const

/** The default logger of each copy. */
export const copies: Set<Logger> = new Set()

export function isLoglevel(exports: unknown): exports is Logger {
  const { getLogger, methodFactory, getLoggers } = exports as Partial<Logger>
  return [getLogger, methodFactory, getLoggers].every((member) => typeof member === 'function')
}

export function nameOf({ name }: Logger): string {
  return typeof name === 'symbol' ? (name.description ?? 'loglevel') : (name ?? 'loglevel')
}
