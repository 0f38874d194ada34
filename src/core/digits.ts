// Digits: numbers as text for a record, assembled from cached parts.
//
// V8 caches the text of each number it converts. The texts of a growing count are never used again, but the cache keeps
// them alive through the next garbage collections, which costs more than everything else a log call allocates.

/** The texts `000` to `999`. */
export const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, i) =>
  String(i).padStart(3, '0'),
)

/** Converts a count (from 0, usually growing by one) to text; caches the thousands. */
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
