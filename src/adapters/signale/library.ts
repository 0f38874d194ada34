// Library: types of the parts of signale 1 that the adapter reads or patches.

export interface Type {
  readonly stream?: unknown
}

export interface Signale {
  readonly _scopeName: string | readonly string[]
  readonly _types: Readonly<Record<string, Type>>
  readonly _stream: unknown
  readonly _secrets: readonly unknown[]
  readonly _generalLogLevel: string
  readonly _logLevels: Readonly<Record<string, number>>
  isEnabled(): boolean
  disable(): void
  enable(): void
  _getLongestLabel(): string
  _filterSecrets(text: string): string
  _formatMessage(value: unknown): string
  /** Formats a call of one of the methods, and calls `_log`. */
  _logger(type: string, ...args: unknown[]): void
  /** Writes a text to one or more streams. Timers call it without `_logger`. */
  _log(text: string, streams: unknown, level: string): void
}

export function nameOf({ _scopeName: scope }: Signale): string {
  if (typeof scope === 'string') return scope || 'signale'
  return scope.flat().filter(Boolean).join(':') || 'signale'
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
