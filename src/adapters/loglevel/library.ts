// Library: types of the parts of loglevel 1 that the adapter reads or patches.

export type Method = (...args: unknown[]) => unknown

export interface Logger {
  /** Undefined for the default logger. */
  readonly name?: string | symbol
  /** Another name of the method `debug`. */
  log?: Method
  getLevel(): number
  setLevel(level: number, persist: boolean): void
  getLogger(name: string | symbol): Logger
  getLoggers(): Record<string | symbol, Logger>
}

/** The methods by their level number. */
export const METHODS = ['trace', 'debug', 'info', 'warn', 'error'] as const

export function isLoglevel(exports: unknown): exports is Logger {
  const { getLogger, getLoggers, setLevel } = exports as Partial<Logger>
  return [getLogger, getLoggers, setLevel].every((member) => typeof member === 'function')
}

export function nameOf({ name }: Logger): string {
  return typeof name === 'symbol' ? (name.description ?? 'loglevel') : (name ?? 'loglevel')
}
