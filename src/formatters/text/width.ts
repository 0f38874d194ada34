// Width: how many columns a text takes on a terminal, and where it is broken.

interface Text {
  stringWidth(text: string): number
  wrapAnsi(text: string, columns: number, options: { trim: boolean; hard: boolean }): string
}

let loaded: Text | undefined

function text(): Text {
  loaded ??= require('../../vendor/text.js') as Text // made by .build/vendor.js
  return loaded
}

/** Columns of a text that may have colours, emoji and wide characters. */
export function widthOf(line: string): number {
  return text().stringWidth(line)
}

// The space at which a line was broken goes to the next one if it does not fit. Escape sequences may stand before it.
const BREAK = /^((?:\p{Cc}\[[\d;]*m)*) /u

/** Breaks a line at words into lines of at most `columns`, the further ones indented; words that are too long are cut. */
export function wrap(line: string, columns: number, indent: string): string {
  const room = Math.max(10, columns - indent.length)
  if (widthOf(line) <= room) return line
  const [first, ...further] = text().wrapAnsi(line, room, { trim: false, hard: true }).split('\n')
  return [first, ...further.map((each) => each.replace(BREAK, '$1'))].join(`\n${indent}`)
}
