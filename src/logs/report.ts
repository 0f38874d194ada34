// Report: the lines of one report of PostgreSQL (ERROR, DETAIL, HINT, STATEMENT …), each of which begins with time and process.

const COLON = 0x3a
const BLANK = 0x20
/** Most bytes between time and word. */
const MOST_BETWEEN = 160
const LONGEST = 'BACKTRACE'.length
const WORDS = ['DETAIL', 'HINT', 'QUERY', 'CONTEXT', 'LOCATION', 'BACKTRACE', 'STATEMENT']
const WORD = new RegExp(`(?: |^)(?:${WORDS.join('|')})$`)
const PREFIX = new RegExp(String.raw`^[^\n]*?(?=\b(?:${WORDS.join('|')}):  )`)

/** Whether a line whose time ends at `from` belongs to the line before it, if that has the same time. */
export function isDetail(bytes: Buffer, from: number, end: number): boolean {
  const last = Math.min(end - 2, from + MOST_BETWEEN)
  for (let at = from; at < last; at++) {
    if (bytes[at] !== COLON || bytes[at + 1] !== BLANK || bytes[at + 2] !== BLANK) continue
    return WORD.test(bytes.toString('latin1', Math.max(from, at - LONGEST - 1), at))
  }
  return false
}

/** The text of a report without the times in front of its further lines. `head`: what the first line begins with. */
export function joinReport(text: string, head: string): string {
  if (head === '' || !text.includes(`\n${head}`)) return text
  return text
    .split(`\n${head}`)
    .map((part, at) => (at === 0 ? part : part.replace(PREFIX, '')))
    .join('\n')
}
