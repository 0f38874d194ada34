// Heads: lines that begin as those of logshare and pino do, whose times are read in one loop.

import { Epoch } from './epoch.js'
import { JSON_LINE, OVERHEAD, type Page, TIMED } from './page.js'

const LINE_FEED = 0x0a
const COMMA = 0x2c
const BRACE = 0x7d
/** What such a line begins with. The digits of its level are not compared. */
const HEAD = new DataView(Uint8Array.from(Buffer.from('{"level":00,"time":')).buffer)
const LENGTH = HEAD.byteLength
/** Offset of the level's two digits. */
const LEVEL = 9
/** The other two bytes of the word in which the level is. */
const OTHERS = 0xff0000ff | 0
const FIRST = HEAD.getInt32(0)
const SECOND = HEAD.getInt32(4)
const THIRD = HEAD.getInt32(8) & OTHERS
const FOURTH = HEAD.getInt32(12)
const LAST = HEAD.getInt32(LENGTH - 4)
/** Bytes of the shortest line: its head, 13 digits, a comma and a brace. */
const LEAST = LENGTH + 15

/** Reads the lines of one log, once a line of the same level was read in another way. */
export class Heads {
  readonly #epoch = new Epoch()
  /** By the two bytes of a level: whether a line had it. */
  readonly #levels = new Uint8Array(2 ** 16)
  #isKnown = false

  /** Learns from a line whose time was found at `from`. */
  learn(view: DataView, start: number, from: number): void {
    if (from - start !== LENGTH || !isHead(view, start)) return
    this.#levels[view.getUint16(start + LEVEL)] = 1
    this.#isKnown = true
  }

  /** Adds lines from the one at `start` on to the page, up to `most`, as long as their times ascend. Returns how many. */
  take(page: Page, start: number, most: number): number {
    const { view, used, starts, ends, kinds, times, places, origin } = page
    if (!this.#isKnown || used - start < LEAST || !isHead(view, start)) return 0
    const bytes = page.bytes.subarray(0, used)
    const first = page.count
    const until = Math.min(first + most, times.length)
    const levels = this.#levels
    const epoch = this.#epoch
    let at = start
    let count = first
    for (; count < until; count++) {
      const feed = bytes.indexOf(LINE_FEED, at)
      if (feed - at < LEAST || !isHead(view, at) || view.getUint8(feed - 1) !== BRACE) break
      if (levels[view.getUint16(at + LEVEL)] === 0) break
      if (!epoch.find(view, at + LENGTH)) break
      if (epoch.end >= feed || view.getUint8(epoch.end) !== COMMA) break
      const { time } = epoch
      if (count > 0 && time < (times[count - 1] as number)) break
      starts[count] = at
      ends[count] = feed
      times[count] = time
      kinds[count] = TIMED | JSON_LINE
      places[count] = origin + at
      at = feed + 1
    }
    const lines = count - first
    page.count = count
    page.size += at - start + lines * (OVERHEAD - 1)
    return lines
  }
}

function isHead(view: DataView, at: number): boolean {
  return (
    view.getInt32(at) === FIRST &&
    view.getInt32(at + 4) === SECOND &&
    (view.getInt32(at + 8) & OTHERS) === THIRD &&
    view.getInt32(at + 12) === FOURTH &&
    view.getInt32(at + LENGTH - 4) === LAST
  )
}
