// Epoch: reads a time in milliseconds of 13 digits, which may have a fraction.

export const DIGITS = 13
/** Digits that change every 100 seconds only. */
const HALF = 8
const DOT = 0x2e

export class Epoch {
  readonly length: number = DIGITS
  /** The time that `find` has found. A number that a function returns may be allocated; this one is not. */
  time: number = Number.NaN
  /** Offset behind the time that was read last. */
  end = 0
  #first = 0
  #second = 0
  #base = 0

  /** The time at `at`; NaN if there is none. */
  read(view: DataView, at: number): number {
    return this.find(view, at) ? this.time : Number.NaN
  }

  /** Whether there is a time at `at`. */
  find(view: DataView, at: number): boolean {
    const first = view.getInt32(at)
    const second = view.getInt32(at + 4)
    if (first !== this.#first || second !== this.#second) {
      const base = number(view, at, HALF)
      if (base < 0) return false
      this.#base = base * 1e5
      this.#first = first
      this.#second = second
    }
    const rest = number(view, at + HALF, DIGITS - HALF)
    if (rest < 0) return false
    this.end = at + DIGITS
    this.time = this.#base + rest
    return view.getUint8(this.end) !== DOT || this.#addFraction(view)
  }

  #addFraction(view: DataView): boolean {
    let at = this.end + 1
    let digits = 0
    let power = 1
    for (; at - this.end <= 9; at++) {
      const digit = view.getUint8(at) - 0x30
      if (digit < 0 || digit > 9) break
      digits = digits * 10 + digit
      power *= 10
    }
    if (power === 1) return false
    this.end = at
    this.time += digits / power
    return true
  }
}

/** A number of a few digits; -1 if a byte is none. */
export function number(view: DataView, at: number, length: number): number {
  let value = 0
  for (let i = 0; i < length; i++) {
    const digit = view.getUint8(at + i) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}
