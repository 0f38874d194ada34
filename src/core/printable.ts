// Printable: shows characters that would change how a terminal shows a text as escape sequences.

const SPECIAL = /[\p{Cc}\p{Bidi_C}\u2028\u2029]/gu

/**
 * Escapes control characters, which could move the cursor or change colours, line separators, and characters that reverse
 * the direction of what follows: a text could look like another one. Keeps tabs.
 */
export function printable(text: string): string {
  return String(text).replace(SPECIAL, (character) => {
    if (character === '\t') return character
    const digits = character.charCodeAt(0).toString(16)
    return digits.length > 2 ? `\\u${digits.padStart(4, '0')}` : `\\x${digits.padStart(2, '0')}`
  })
}
