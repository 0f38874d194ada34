// Library: what the adapter uses of signale 1, and the loggers it has seen.

import { Instances } from '../kit/identity/instances.js'

/** A type of message: one logging method of a logger. */
export interface Type {
  readonly stream?: unknown
  readonly logLevel?: string
}

export interface Signale {
  readonly _scopeName: string | readonly string[]
  readonly _types: Readonly<Record<string, Type>>
  readonly _stream: unknown
  readonly _secrets: readonly unknown[]
  readonly _generalLogLevel: string
  readonly _logLevels: Readonly<Record<string, number>>
  readonly _config: { readonly displayFilename?: boolean }
  isEnabled(): boolean
  disable(): void
  enable(): void
  _getLongestLabel(): string
  _validateLogLevel(level: unknown): string
  _filterSecrets(text: string): string
  _formatMessage(value: unknown): string
  _buildSignale(type: Type, ...args: unknown[]): string
  _write(stream: unknown, text: string): void
  _log(text: string, streams: unknown, level: string): void
  _logger(type: string, ...args: unknown[]): void
}

/** signale's own files, which are never the place of a call or where a logger was created. */
export const OWN_FILES: RegExp = /[\\/]signale[\\/](?:signale|index)\.js$/

export const instances: Instances<Signale> = new Instances()

export function nameOf({ _scopeName: scope }: Signale): string {
  return [scope].flat().filter(Boolean).join(':') || 'signale'
}

/** Streams are given as one or as a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
