// Log: reads one of the merged logs and keeps its next records sorted by time.

import type { Memory } from './memory.js'
import type { LogEntry, Page } from './page.js'
import { Records } from './records.js'
import type { Source } from './source.js'

/** Lines that are looked at before it is asked whether a record is final. */
const LINES = 2048
/** Of the most bytes of records, those that are kept when there are more. */
const KEPT = 0.75

/** Options that the logs of one merge share. */
export interface Reading {
  /** Records of a log that are out of order by up to this time (ms) are sorted. */
  readonly window: number
  /** Most bytes of records that are kept per log for sorting. */
  readonly limit: number
  /** Bytes per read. */
  readonly chunk: number
  readonly memory: Memory
  /** Called if a log cannot be read further. */
  readonly failed: (path: string, error: unknown) => void
  /** Whether a record is wanted. `path` is that of its log. Default: all are. */
  readonly accepts?: ((entry: LogEntry, path: string) => boolean) | undefined
}

/** Bytes of a log that are in memory as a rule. */
export function capacityOf({ limit, chunk }: Pick<Reading, 'limit' | 'chunk'>): number {
  return 2 * (limit + chunk)
}

export class Log {
  readonly path: string
  readonly source: Source
  /** The records that were read and not taken, sorted by time. */
  readonly page: Page
  readonly #reading: Reading
  readonly #records: Records
  #arriving: Promise<void> | undefined
  /** Whether lines that were read are still to be looked at. */
  #hasMore = false
  #isEnded = false

  constructor(path: string, source: Source, reading: Reading) {
    this.path = path
    this.source = source
    this.#reading = reading
    const { accepts, memory } = reading
    this.#records = new Records({
      reference: source.changed,
      capacity: capacityOf(reading),
      memory,
      accepts: accepts && ((entry) => accepts(entry, path)),
    })
    this.page = this.#records.page
  }

  /** The latest time that was read. */
  get latest(): number {
    return this.#records.latest
  }

  /** Whether the first record is final: no record within the window can still come before it. */
  get isCertain(): boolean {
    return this.#isEnded || this.page.first < this.page.sure
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Whether everything the log contains at present was read. */
  get isQuiet(): boolean {
    return this.#isEnded || (this.source.isQuiet && !this.#hasMore)
  }

  /** Reads until the first record is certain. Returns a promise if it has to wait for bytes; then call it again. */
  fill(): Promise<void> | undefined {
    while (!this.isCertain) {
      if (this.#hasMore) {
        this.#scan()
        continue
      }
      if (this.#arriving) return this.#arriving
      try {
        const { chunk: size } = this.#reading
        const chunk = this.source.read(this.#records.room(size).subarray(0, size))
        if (chunk instanceof Promise) this.#await(chunk)
        else this.#add(chunk)
      } catch (error) {
        this.#fail(error)
      }
    }
    return undefined
  }

  /** Completes the last record, to which lines could still be added, if nothing was read since the last call. */
  settle(): void {
    this.#records.settle()
  }

  /** Ends the log: what was read is all there is. */
  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#records.finish()
    this.page.sure = this.page.count
    this.source.close()
  }

  #await(chunk: Promise<Uint8Array | undefined>): void {
    this.#arriving = chunk.then(
      (bytes) => {
        this.#arriving = undefined
        if (!this.#isEnded) this.#add(bytes)
      },
      (error: unknown) => {
        this.#arriving = undefined
        this.#fail(error)
      },
    )
  }

  #add(chunk: Uint8Array | undefined): void {
    if (!chunk) {
      this.end()
      return
    }
    this.#records.feed(chunk)
    this.#scan()
  }

  // Looks for records, then which of them are final: they are older than the window, or there are too many.
  #scan(): void {
    const { window, limit } = this.#reading
    const { page } = this
    this.#hasMore = this.#records.scan(LINES)
    page.sure = page.indexOf(this.latest - window)
    if (page.size >= limit) page.sure = Math.max(page.sure, page.indexWithin(KEPT * limit))
  }

  #fail(error: unknown): void {
    if (this.#isEnded) return
    this.#reading.failed(this.path, error)
    this.end()
  }
}
