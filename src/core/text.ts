// Text: JSON strings, and what is known of a text before it is written.

/** A longer string (in UTF-16 units) is replaced by its length. */
const MAX_STRING = 2 ** 26
/** Characters that JSON allows unescaped, but that terminals or line readers interpret; some change the direction of text. */
const CONTROLS = /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const ALL_CONTROLS = new RegExp(CONTROLS, 'g')
/** Texts without any of these, and without what is not ASCII. With the opposite search it takes half as long again. */
const ASCII = /^[^\u007f-\uffff]*$/
/**
 * What needs escaping, or may. This search takes half as long as a JSON.stringify that finds nothing. The opposite test
 * would have V8 note what it has found.
 */
const SPECIAL = /[^ !#-[\]-~]/
/** Texts that need none, or only for line feeds, if they have no quotation mark and no backslash. */
const PRINTABLE = /^[ -~]*$/
const PRINTABLE_LINES = /^[\n -~]*$/
const LINE_FEEDS = /\n/g
/** Texts shorter than this are tested character by character. They are in one piece, whatever they were made of. */
const SHORT = 13
/** In texts from this length on, a search for each of the two and a test for one range take less time than `SPECIAL`. */
const MEDIUM = 64
/** Texts from this length on go to JSON.stringify without a test, which could find a character to escape at the end only. */
const LONG = 2 ** 16

/** A JSON string; lone surrogates become escapes, so the text is always valid UTF-8. */
export function encodeString(text: string): string {
  return isPlainText(text) ? `"${text}"` : encodeOther(text)
}

/** The same for a text that is known not to be plain. */
export function encodeOther(text: string): string {
  // Call stacks: with JSON.stringify and the search for control characters they take twice as long.
  if (text.length < LONG && !hasMarks(text) && PRINTABLE_LINES.test(text))
    return `"${text.replace(LINE_FEEDS, '\\n')}"`
  return escapeControls(JSON.stringify(bounded(text)))
}

/** Escapes the control characters and line separators that JSON allows, so that the text is one line for any reader. */
export function escapeControls(json: string): string {
  if (isAscii(json)) return json
  if (!CONTROLS.test(json)) return json
  return json.replace(ALL_CONTROLS, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** Whether a text is ASCII. */
export function isAscii(text: string): boolean {
  return ASCII.test(text)
}

/** A text, or its length if it is too long. */
export function bounded(text: string): string {
  return text.length > MAX_STRING ? `[String of ${text.length} characters]` : text
}

/** Whether a text needs no escaping in JSON. */
export function isPlainText(text: string): boolean {
  const { length } = text
  if (length >= MEDIUM) return length < LONG && !hasMarks(text) && PRINTABLE.test(text)
  // `indexOf` joins the pieces that a text was made of, for which the search alone takes twice as long.
  if (length >= SHORT) return text.indexOf('"') < 0 && !SPECIAL.test(text)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code > 126 || code === 34 || code === 92) return false
  }
  return true
}

function hasMarks(text: string): boolean {
  return text.indexOf('"') >= 0 || text.indexOf('\\') >= 0
}
