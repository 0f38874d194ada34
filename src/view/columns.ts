// Columns: where each record is and what is known of it, in the order of time, in 21 bytes a record.

/** Records of a block: memory grows by a block at a time, so that nothing is ever copied. */
export const BLOCK = 65_536
const BITS = 16

export interface Row {
  readonly time: number
  /** Offset in its part. */
  readonly place: number
  readonly length: number
  /** Lane and part together. */
  readonly origin: number
  readonly name: number
  /** Number of its level; 0 if unknown. */
  readonly level: number
}

export class Block {
  readonly times: Float64Array = new Float64Array(BLOCK)
  readonly places: Uint32Array = new Uint32Array(BLOCK)
  readonly lengths: Uint32Array = new Uint32Array(BLOCK)
  readonly origins: Uint16Array = new Uint16Array(BLOCK)
  readonly names: Uint16Array = new Uint16Array(BLOCK)
  readonly levels: Uint8Array = new Uint8Array(BLOCK)
}

export class Columns {
  readonly #blocks: Block[] = []
  count = 0
  /** The latest time. A record that comes too late for its place in the order counts as of this time. */
  latest: number = Number.NEGATIVE_INFINITY
  late = 0

  push({ time, place, length, origin, name, level }: Row): void {
    const at = this.count & (BLOCK - 1)
    if (at === 0) this.#blocks.push(new Block())
    const block = this.block(this.count)
    if (time < this.latest) this.late++
    else this.latest = time
    block.times[at] = this.latest
    block.places[at] = place
    block.lengths[at] = length
    block.origins[at] = origin
    block.names[at] = name
    block.levels[at] = level
    this.count++
  }

  /** The block that a row is in, at the row's lower bits. */
  block(row: number): Block {
    return this.#blocks[row >> BITS] as Block
  }

  time(row: number): number {
    return this.block(row).times[row & (BLOCK - 1)] as number
  }

  read(row: number): Row {
    const block = this.block(row)
    const at = row & (BLOCK - 1)
    return {
      time: block.times[at] as number,
      place: block.places[at] as number,
      length: block.lengths[at] as number,
      origin: block.origins[at] as number,
      name: block.names[at] as number,
      level: block.levels[at] as number,
    }
  }

  place(row: number): number {
    return this.block(row).places[row & (BLOCK - 1)] as number
  }

  /** Where a record ends in its part. */
  placeAfter(row: number): number {
    return this.place(row) + (this.block(row).lengths[row & (BLOCK - 1)] as number)
  }

  origin(row: number): number {
    return this.block(row).origins[row & (BLOCK - 1)] as number
  }

  /** The first row whose time is not before `time`. */
  indexOf(time: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.time(middle) < time) low = middle + 1
      else high = middle
    }
    return low
  }
}
