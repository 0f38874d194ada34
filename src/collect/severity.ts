// Severities: the words and numbers of other loggers for a level, and the level of ours.

const WORDS: Readonly<Record<string, number>> = {
  trace: 10,
  verbose: 10,
  debug: 20,
  info: 30,
  information: 30,
  informational: 30,
  notice: 30,
  warn: 40,
  warning: 40,
  err: 50,
  error: 50,
  crit: 60,
  critical: 60,
  alert: 60,
  emerg: 60,
  emergency: 60,
  panic: 60,
  fatal: 60,
}

/** Level of a number or a word; undefined for anything else. */
export function oneLevel(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 1 && value <= 255 ? Math.floor(value) : undefined
  return typeof value === 'string' ? WORDS[value.toLowerCase()] : undefined
}

/** RFC 5424, table 2. */
export function levelOfSeverity(severity: number): number {
  return [60, 60, 60, 50, 40, 30, 30, 20][severity] ?? 30
}
