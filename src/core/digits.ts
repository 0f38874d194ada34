// Digits: numbers as text for a record, made of parts that are there already.
//
// V8 keeps the text of each number it has printed for a while: those of a count, which never come again, would survive the
// next collections of garbage, and make each of them take longer than all the rest that a log call leaves behind.

/** `000` to `999`. */
export const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, i) =>
  String(i).padStart(3, '0'),
)

/** Text of a count, from 0, that mostly goes up by one. */
export class CountText {
  #thousands = 0
  #text = ''

  read(count: number): string {
    const thousands = Math.floor(count / 1000)
    if (thousands === 0) return String(count)
    if (thousands !== this.#thousands) {
      this.#thousands = thousands
      this.#text = String(thousands)
    }
    return this.#text + (THREE_DIGITS[count - thousands * 1000] as string)
  }
}
