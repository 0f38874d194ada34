// Ranges: a set of integers that are mostly consecutive, stored as ranges.

export class Ranges {
  // First and last number of each range in turn, ascending.
  #bounds: number[] = []

  /** Adds a number. Returns false if it was in the set already. */
  add(value: number): boolean {
    const bounds = this.#bounds
    const last = bounds.length - 1
    if (last > 0 && value === (bounds[last] as number) + 1) {
      bounds[last] = value
      return true
    }
    const at = this.#find(value)
    const start = bounds[at]
    if (start !== undefined && start <= value) return false
    const touchesLeft = at > 0 && bounds[at - 1] === value - 1
    const touchesRight = start === value + 1
    if (touchesLeft && touchesRight) bounds.splice(at - 1, 2)
    else if (touchesLeft) bounds[at - 1] = value
    else if (touchesRight) bounds[at] = value
    else bounds.splice(at, 0, value, value)
    return true
  }

  get first(): number | undefined {
    return this.#bounds[0]
  }

  get last(): number | undefined {
    return this.#bounds.at(-1)
  }

  /** The gaps between the first and the last number: first and last missing number of each. */
  *gaps(): Generator<readonly [number, number]> {
    for (let i = 1; i + 1 < this.#bounds.length; i += 2) {
      yield [(this.#bounds[i] as number) + 1, (this.#bounds[i + 1] as number) - 1]
    }
  }

  // Index of the first range that ends at or after the value.
  #find(value: number): number {
    let low = 0
    let high = this.#bounds.length / 2
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#bounds[2 * middle + 1] as number) < value) low = middle + 1
      else high = middle
    }
    return 2 * low
  }
}
