// Glob: matches names with patterns in which `*` stands for any characters.

const STAR = 0x2a
const QUESTION = 0x3f

export interface GlobOptions {
  /** A pattern also matches what follows it behind one of these characters. Default: none, it matches the whole text. */
  readonly separators?: string
  /** Whether `?` stands for one UTF-16 unit. Default false. */
  readonly hasQuestion?: boolean
}

/**
 * Whether `pattern` matches the text, or the part of it before a separator. The time is bounded by the product of the two
 * lengths: names come from other programs, and a regular expression with several `.*` would try all ways to divide one.
 */
export function matchGlob(
  pattern: string,
  text: string,
  { separators = '', hasQuestion = false }: GlobOptions = {},
): boolean {
  let at = 0
  let next = 0
  // Where the last star is, and where the text that it does not stand for begins.
  let star = -1
  let after = 0
  for (;;) {
    if (next === pattern.length) {
      if (at === text.length || separators.includes(text.charAt(at))) return true
    } else {
      const code = pattern.charCodeAt(next)
      if (code === STAR) {
        star = ++next
        after = at
        if (star === pattern.length) return true
        continue
      }
      const isAny = hasQuestion && code === QUESTION
      if (at < text.length && (isAny || code === text.charCodeAt(at))) {
        next++
        at++
        continue
      }
    }
    // What is before the last star is found as early as possible, so only that star has to be tried with more.
    if (star < 0 || after >= text.length) return false
    at = ++after
    next = star
  }
}
