// Severity: the level of a received record, from a JSON value or a syslog number; `core/severity.ts` maps only words.

import { levelOfWord } from '../core/alias.js'

/** The level number (1 to 255) of a number or a word; undefined for anything else. */
export function levelOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 1 && value <= 255 ? Math.floor(value) : undefined
  return typeof value === 'string' ? levelOfWord(value) : undefined
}

/** The level number of a syslog severity (RFC 5424, table 2). */
export function levelOfSeverity(severity: number): number {
  return [60, 60, 60, 50, 40, 30, 30, 20][severity] ?? 30
}
