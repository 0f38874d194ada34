// Wish: what a child asks the root's loggers for, in order with its records: a note in its queue.

/** The application has called its library's function to reopen files, which the root writes. */
export interface Wish {
  readonly wish: 'reopen'
  readonly lib: string
  /** The logger, or a file of its. */
  readonly name?: string | undefined
  readonly place?: string | undefined
  readonly path?: string | undefined
}

/** How the note begins. */
const BEGIN = '{"wish":'

export function encodeWish({ wish, ...rest }: Wish): string {
  return JSON.stringify({ wish, ...rest })
}

export function isWish(text: string): boolean {
  return text.startsWith(BEGIN)
}

/** The same for a note in a queue. */
export function isWishIn(buffer: Buffer, start: number): boolean {
  return buffer.toString('latin1', start, start + BEGIN.length) === BEGIN
}
