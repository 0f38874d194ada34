// Words: whether the bytes of a text can be of a record with a wanted level, so that most lines need not be read for a filter.

import { wordsFrom } from '../core/alias.js'
import { LEVELS } from '../core/level.js'
import { levelOfLetter } from './marks.js'

const ESCAPE = 0x1b
const BACKSLASH = 0x5c
const COMMA = 0x2c
/** `\\u` */
const ESCAPED = (BACKSLASH << 8) | 0x75
const PAIRS = 65_536

interface Candidate {
  readonly word: Uint8Array
  /** Where in the word the pair of bytes is. */
  readonly offset: number
}

/** Whether a text may be of a wanted level. False is certain. */
export type MayBe = (bytes: Uint8Array, start: number, end: number) => boolean

/** Returns undefined for a level that most records have. */
export function createMayBe(level: number): MayBe | undefined {
  if (level < LEVELS.warn) return undefined
  // ` # ` is redis' warning.
  const { places, candidates } = tableOf([...wordsFrom(level), ' # '])
  return (bytes, start, end) => {
    if (isMarked(bytes, start, level)) return true
    // Of a word of three bytes, one pair of two begins at each second byte.
    for (let at = start; at < end; at += 2) {
      const place = places[((bytes[at] as number) << 8) | (bytes[at + 1] as number)] as number
      if (place === 0) continue
      const list = candidates[place] as readonly Candidate[]
      if (list.length === 0 || list.some((each) => isWord(bytes, at, each))) return true
    }
    return false
  }
}

// A syslog priority, the first letter of klog and Ruby, or the journal's export.
function isMarked(bytes: Uint8Array, start: number, level: number): boolean {
  const first = bytes[start] as number
  const second = bytes[start + 1] as number
  if (first === 0x3c || first === 0x5f) return true
  if (second !== COMMA && (second < 0x30 || second > 0x39)) return false
  return (levelOfLetter(String.fromCharCode(first)) ?? 0) >= level
}

function isWord(bytes: Uint8Array, at: number, { word, offset }: Candidate): boolean {
  const start = at - offset
  for (let i = 0; i < word.length; i++) {
    if (((bytes[start + i] as number) | 0x20) !== word[i]) return false
  }
  return true
}

// For each pair of bytes the place of its list. Without candidates, it may be anything: escape sequences within a word, and
// letters that JSON has escaped.
function tableOf(words: readonly string[]): {
  readonly places: Uint8Array
  readonly candidates: readonly (readonly Candidate[])[]
} {
  const places = new Uint8Array(PAIRS)
  const candidates: Candidate[][] = [[], []]
  for (const text of words) {
    const word = Uint8Array.from(Buffer.from(text), (byte) => byte | 0x20)
    for (const offset of [0, 1]) {
      for (const pair of pairsOf(text.slice(offset, offset + 2))) {
        if (places[pair] === 0) places[pair] = candidates.push([]) - 1
        candidates[places[pair] as number]?.push({ word, offset })
      }
    }
  }
  const escaped = candidates.push([{ word: Uint8Array.of(BACKSLASH | 0x20, 0x75), offset: -1 }]) - 1
  for (let byte = 0; byte < 256; byte++) {
    places[(byte << 8) | BACKSLASH] = escaped
    places[(ESCAPE << 8) | byte] = 1
    places[(byte << 8) | ESCAPE] = 1
  }
  places[ESCAPED] = 1
  return { places, candidates }
}

// In small letters and in capitals.
function pairsOf(text: string): readonly number[] {
  const [first = '', second = ''] = text
  const both = (letter: string): readonly string[] => [
    ...new Set([letter.toLowerCase(), letter.toUpperCase()]),
  ]
  return both(first).flatMap((a) =>
    both(second).map((b) => (a.charCodeAt(0) << 8) | b.charCodeAt(0)),
  )
}
