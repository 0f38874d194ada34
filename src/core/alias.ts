// Alias: the level names that other loggers and protocols use, mapped to the numbers of our levels (level.ts).

const LEVELS_BY_WORD: Readonly<Record<string, number>> = {
  silly: 10,
  trc: 10,
  trace: 10,
  vrb: 20,
  verbose: 20,
  dbg: 20,
  debug: 20,
  http: 20,
  inf: 30,
  log: 30,
  info: 30,
  information: 30,
  informational: 30,
  notice: 30,
  mark: 30,
  wrn: 40,
  warn: 40,
  warning: 40,
  err: 50,
  error: 50,
  severe: 50,
  ftl: 60,
  crit: 60,
  critical: 60,
  alert: 60,
  emerg: 60,
  emergency: 60,
  panic: 60,
  pnc: 60,
  dpanic: 60,
  fatal: 60,
}

/** Our level number for a level name, in any case of letters; undefined for an unknown word. */
export function levelOfWord(word: string): number | undefined {
  const key = word.toLowerCase()
  return Object.hasOwn(LEVELS_BY_WORD, key) ? LEVELS_BY_WORD[key] : undefined
}

/** The words for this level and those above it, in small letters. Those that begin with another one are left out. */
export function wordsFrom(level: number): readonly string[] {
  const words = Object.keys(LEVELS_BY_WORD).filter((word) => (LEVELS_BY_WORD[word] ?? 0) >= level)
  return words.filter((word) => !words.some((other) => other !== word && word.startsWith(other)))
}
