// Levels: maps winston's level names to our numbers; each logger can define its own names and ranks.

/** winston's `levels` option: ranks by name, 0 the most severe. */
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
const HIGHEST_UNKNOWN = 50
const LOWEST = 10
const STEP = 10
const FRACTION = 0.01

const tables = new WeakMap<Ranks, ReadonlyMap<string, number>>()

/** The level of a record: a multiple of 10 from 10 to 60. */
export function levelOf(ranks: Ranks, name: string): number {
  return Math.floor(thresholdOf(ranks, name) / STEP) * STEP
}

/** As `levelOf`, with a fraction that makes the number unique among the logger's levels. */
export function thresholdOf(ranks: Ranks, name: string): number {
  return tableOf(ranks).get(name) ?? KNOWN[name] ?? LOWEST
}

/** The most verbose level whose number is at least `threshold`; undefined if all are below it. */
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

// An unknown name gets the level of the known name before it by rank, else of the first known name.
// If no name is known, the levels go down in steps from 50 to 10.
function makeTable(ranks: Ranks): ReadonlyMap<string, number> {
  const names = Object.keys(ranks).sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0))
  const isKnown = names.some((name) => KNOWN[name] !== undefined)
  const firstKnown = KNOWN[names.find((name) => KNOWN[name] !== undefined) ?? '']
  let before = firstKnown ?? HIGHEST_UNKNOWN
  const levels = names.map((name, i) => {
    before = Math.min(
      before,
      KNOWN[name] ?? (isKnown ? before : Math.max(HIGHEST_UNKNOWN - i * STEP, LOWEST)),
    )
    return before
  })
  return new Map(
    names.map((name, i) => {
      const level = levels[i] ?? LOWEST
      const below = levels.slice(i + 1).filter((other) => other === level).length
      return [name, level + below * FRACTION]
    }),
  )
}
