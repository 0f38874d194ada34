// Log: one of the logs that are merged, from its bytes to its records in order of time.

import type { LogEntry } from './records.js'
import { Records } from './records.js'
import type { Source } from './source.js'
import { Window } from './window.js'

/** What the logs of one merge share. */
export interface Reading {
  /** Milliseconds within which records of a log may stand in another order than that of their times. */
  readonly window: number
  /** Bytes of records that are kept of a log to put them in order. */
  readonly limit: number
  /** Told when a log cannot be read further. */
  readonly failed: (path: string, error: unknown) => void
  /** Which records are wanted. `path` is that of their log. */
  readonly accepts?: ((entry: LogEntry, path: string) => boolean) | undefined
}

export class Log {
  readonly path: string
  readonly source: Source
  readonly #reading: Reading
  readonly #records: Records
  readonly #window: Window
  #arriving: Promise<void> | undefined
  #isEnded = false
  #accepted: boolean | undefined

  constructor(path: string, source: Source, reading: Reading) {
    this.path = path
    this.source = source
    this.#reading = reading
    this.#window = new Window(reading.window, reading.limit)
    this.#records = new Records(source.changed, (entry) => {
      if (!reading.accepts) this.#window.add(entry)
      else if (this.#isWanted(entry, reading.accepts)) this.#window.add(detach(entry))
    })
  }

  /** The earliest record at hand. */
  get first(): LogEntry | undefined {
    return this.#window.first
  }

  /** The latest record at hand. */
  get last(): LogEntry | undefined {
    return this.#window.last
  }

  /** Whether nothing will come in front of `first` any more, as far as the window reaches. */
  get isCertain(): boolean {
    return this.#isEnded || this.#window.isFull
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Whether all was read that is there by now. */
  get isQuiet(): boolean {
    return this.#isEnded || this.source.isQuiet
  }

  /** Steps over the first record. */
  shift(): void {
    this.#window.shift()
  }

  /** Reads until the first record is certain; a promise if bytes have to be waited for, and then to be called again. */
  fill(): Promise<void> | undefined {
    while (!this.isCertain) {
      if (this.#arriving) return this.#arriving
      try {
        const chunk = this.source.read()
        if (chunk instanceof Promise) this.#await(chunk)
        else this.#feed(chunk)
      } catch (error) {
        this.#fail(error)
      }
    }
    return undefined
  }

  /** Lets go of a record that lines could still be added to, if none were since the last call. */
  settle(): void {
    this.#records.settle()
  }

  /** Takes what there is as all there will be. */
  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#records.finish()
    this.source.close()
  }

  // A line without a time goes the way of the record before it.
  #isWanted(entry: LogEntry, accepts: (entry: LogEntry, path: string) => boolean): boolean {
    if (entry.isTimed || entry.isJson || this.#accepted === undefined)
      this.#accepted = accepts(entry, this.path)
    return this.#accepted
  }

  #await(chunk: Promise<Uint8Array | undefined>): void {
    this.#arriving = chunk.then(
      (bytes) => {
        this.#arriving = undefined
        if (!this.#isEnded) this.#feed(bytes)
      },
      (error: unknown) => {
        this.#arriving = undefined
        this.#fail(error)
      },
    )
  }

  #feed(chunk: Uint8Array | undefined): void {
    if (chunk) this.#records.feed(chunk)
    else this.end()
  }

  #fail(error: unknown): void {
    if (this.#isEnded) return
    this.#reading.failed(this.path, error)
    this.end()
  }
}

// A few that are wanted must not keep the many around them in memory.
function detach({ bytes, start, end, time, isTimed, timeLength, isJson }: LogEntry): LogEntry {
  const own = Buffer.from(bytes.subarray(start, end + 1))
  return { bytes: own, start: 0, end: end - start, time, isTimed, timeLength, isJson }
}
