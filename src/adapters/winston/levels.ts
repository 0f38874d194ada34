// Levels of winston: names with ranks, 0 the most severe, which every logger may choose for itself.

/** Ranks by name. */
export type Ranks = Readonly<Record<string, number>>

const KNOWN: Readonly<Record<string, number>> = {
  emerg: 60,
  emergency: 60,
  alert: 60,
  crit: 60,
  critical: 60,
  fatal: 60,
  panic: 60,
  error: 50,
  err: 50,
  warning: 40,
  warn: 40,
  notice: 30,
  info: 30,
  help: 30,
  data: 30,
  success: 30,
  prompt: 30,
  http: 20,
  verbose: 20,
  debug: 20,
  input: 10,
  silly: 10,
  trace: 10,
}
const FIRST = 50
const LAST = 10
const STEP = 10
const FINE = 0.01

const tables = new WeakMap<Ranks, ReadonlyMap<string, number>>()

/** 10 to 60 for a level's name. */
export function levelOf(ranks: Ranks, name: string): number {
  return Math.floor(thresholdOf(ranks, name) / STEP) * STEP
}

/** The same with a fraction, so that no two levels of a logger have the same number. */
export function thresholdOf(ranks: Ranks, name: string): number {
  return tableOf(ranks).get(name) ?? KNOWN[name] ?? LAST
}

/** The most verbose level that is not below the number; undefined if all are. */
export function nameAt(ranks: Ranks, threshold: number): string | undefined {
  return [...tableOf(ranks)].filter(([, number]) => number >= threshold).at(-1)?.[0]
}

function tableOf(ranks: Ranks): ReadonlyMap<string, number> {
  let table = tables.get(ranks)
  if (!table) {
    table = makeTable(ranks)
    tables.set(ranks, table)
  }
  return table
}

// An unknown name is next to the known one before it; where none is known, the names go down in steps.
function makeTable(ranks: Ranks): ReadonlyMap<string, number> {
  const names = Object.keys(ranks).sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0))
  const isKnown = names.some((name) => KNOWN[name] !== undefined)
  const firstKnown = KNOWN[names.find((name) => KNOWN[name] !== undefined) ?? '']
  let before = firstKnown ?? FIRST
  const levels = names.map((name, i) => {
    before = Math.min(before, KNOWN[name] ?? (isKnown ? before : Math.max(FIRST - i * STEP, LAST)))
    return before
  })
  return new Map(
    names.map((name, i) => {
      const level = levels[i] ?? LAST
      const below = levels.slice(i + 1).filter((other) => other === level).length
      return [name, level + below * FINE]
    }),
  )
}
