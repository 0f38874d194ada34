// Nearest: the name that somebody may have meant who wrote another one.

/** Part of a name's letters that may differ. */
const SHARE = 0.4

/** Shortest name that counts if it is part of the other one. */
const PART = 3

/** The most similar of the names, in any case of letters; undefined if none is similar. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const word = given.toLowerCase()
  const distances = names.map((name) => distance(word, name.toLowerCase()))
  const least = Math.min(...distances)
  const found = names[distances.indexOf(least)]
  if (found !== undefined && least <= Math.max(word.length, found.length) * SHARE) return found
  return names.find((name) => holds(word, name.toLowerCase()) || holds(name.toLowerCase(), word))
}

function holds(whole: string, part: string): boolean {
  return part.length >= PART && whole.includes(part)
}

// Letters to insert, remove, replace, or swap with their neighbour (optimal string alignment).
function distance(a: string, b: string): number {
  let older: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwapped) least = Math.min(least, at(older, j - 2) + 1)
      row.push(least)
    }
    older = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
