// Severities: the words and numbers of other loggers for a level, and the level of ours.

import { levelOfWord } from '../core/alias.js'

/** Level of a number or a word; undefined for anything else. */
export function oneLevel(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 1 && value <= 255 ? Math.floor(value) : undefined
  return typeof value === 'string' ? levelOfWord(value) : undefined
}

/** RFC 5424, table 2. */
export function levelOfSeverity(severity: number): number {
  return [60, 60, 60, 50, 40, 30, 30, 20][severity] ?? 30
}
