// Severity: what other loggers and protocols call a level, and which of ours that is.

const LEVELS_OF_WORDS: Readonly<Record<string, number>> = {
  silly: 10,
  trace: 10,
  verbose: 20,
  debug: 20,
  http: 20,
  log: 30,
  info: 30,
  information: 30,
  informational: 30,
  notice: 30,
  mark: 30,
  warn: 40,
  warning: 40,
  err: 50,
  error: 50,
  severe: 50,
  crit: 60,
  critical: 60,
  alert: 60,
  emerg: 60,
  emergency: 60,
  panic: 60,
  fatal: 60,
}

/** Undefined for a word that nobody uses for a level. */
export function levelOfWord(word: string): number | undefined {
  const key = word.toLowerCase()
  return Object.hasOwn(LEVELS_OF_WORDS, key) ? LEVELS_OF_WORDS[key] : undefined
}
