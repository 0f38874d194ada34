// Parts: a line of a container that its runtime has cut into several, which are one record: of CRI, and of Docker's json-file.

/** Bits: which stream it is, and whether its line goes on in the next one of that stream. 0: no line of a container. */
const STDOUT = 1
const STDERR = 2
export const MORE = 4

const BLANK = 0x20
const BACKSLASH = 0x5c
const S = 0x73
const L = 0x6c
const O = 0x6f
const P = 0x50
const F = 0x46
const HEAD = Buffer.from('{"log":"')
const OUT = Buffer.from(' stdout ')
const ERR = Buffer.from(' stderr ')
/** Behind the text of the line, in which quotation marks are escaped. */
const STREAM = Buffer.from('","stream":"')
const CRI_PREFIX = /^\S+ (?:stdout|stderr) [FP](?::\S*)? /

/** What a line with a time is. `timeEnd`: offset behind its time. */
export function partAt(bytes: Buffer, start: number, end: number, timeEnd: number): number {
  if (bytes[timeEnd] === BLANK && bytes[timeEnd + 1] === S) return ofCri(bytes, timeEnd, end)
  if (bytes[start + 2] === L && bytes[start + 3] === O) return ofDocker(bytes, start, end)
  return 0
}

/** Whether a part goes on what `before` has begun. */
export function isNext(before: number, part: number): boolean {
  return (before & MORE) !== 0 && (before & ~MORE) === (part & ~MORE)
}

/** Whether a whole line of one stream has come between the parts of a line of the other one. */
export function isBetween(before: number, part: number): boolean {
  return (before & MORE) !== 0 && (part & MORE) === 0 && (before & ~MORE) !== part
}

function ofCri(bytes: Buffer, timeEnd: number, end: number): number {
  const isOut = bytes[timeEnd + 4] === O
  const text = isOut ? OUT : ERR
  const mark = timeEnd + text.length
  if (mark + 2 > end || bytes[mark + 1] !== BLANK) return 0
  for (let i = 0; i < text.length; i++) if (bytes[timeEnd + i] !== text[i]) return 0
  if (bytes[mark] !== F && bytes[mark] !== P) return 0
  return (isOut ? STDOUT : STDERR) | (bytes[mark] === P ? MORE : 0)
}

function ofDocker(bytes: Buffer, start: number, end: number): number {
  if (!isDocker(bytes, start)) return 0
  const at = bytes.subarray(start, end).indexOf(STREAM)
  if (at < 0) return 0
  const stream = start + at + STREAM.length
  const isOut = bytes[stream + 3] === O // stdout
  return (isOut ? STDOUT : STDERR) | (endsLine(bytes, start + at) ? 0 : MORE)
}

/** Whether a line begins as Docker's do. */
export function isDocker(bytes: Buffer, start: number): boolean {
  for (let i = 0; i < HEAD.length; i++) if (bytes[start + i] !== HEAD[i]) return false
  return true
}

// Whether the text before `end` ends with `\n`, and not with `\\n`.
function endsLine(bytes: Buffer, end: number): boolean {
  if (bytes[end - 1] !== 0x6e) return false
  let slashes = 0
  while (bytes[end - 2 - slashes] === BACKSLASH) slashes++
  return slashes % 2 === 1
}

/** The text of a record of CRI without what is in front of its parts. `text` begins behind that of the first. */
export function joinCri(text: string): string {
  if (!text.includes('\n')) return text
  return text
    .split(/\r?\n/)
    .map((line, at) => (at === 0 ? line : line.replace(CRI_PREFIX, '')))
    .join('')
}

/** The JSON of a record of Docker in one line: the members of its first part, with the whole text. */
export function joinDocker(text: string): string {
  if (!text.includes('\n')) return text
  try {
    const parts = text.split('\n').map((line) => JSON.parse(line) as { readonly log: string })
    return JSON.stringify({ ...parts[0], log: parts.map(({ log }) => log).join('') })
  } catch {
    return text
  }
}
