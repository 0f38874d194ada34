// Log: reads one of the merged logs and keeps its next records sorted by time.

import type { LogEntry } from './records.js'
import { Records } from './records.js'
import type { Source } from './source.js'
import { Window } from './window.js'

/** Options that the logs of one merge share. */
export interface Reading {
  /** Records of a log that are out of order by up to this time (ms) are sorted. */
  readonly window: number
  /** Most bytes of records that are kept per log for sorting. */
  readonly limit: number
  /** Called if a log cannot be read further. */
  readonly failed: (path: string, error: unknown) => void
  /** Whether a record is wanted. `path` is that of its log. Default: all are. */
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

  /** The earliest record that was read and not taken. */
  get first(): LogEntry | undefined {
    return this.#window.first
  }

  /** The latest record that was read and not taken. */
  get last(): LogEntry | undefined {
    return this.#window.last
  }

  /** Whether `first` is final: no record within the window can still come before it. */
  get isCertain(): boolean {
    return this.#isEnded || this.#window.isFull
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Whether everything the log contains at present was read. */
  get isQuiet(): boolean {
    return this.#isEnded || this.source.isQuiet
  }

  /** Removes the first record. */
  shift(): void {
    this.#window.shift()
  }

  /** Reads until the first record is certain. Returns a promise if it has to wait for bytes; then call it again. */
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

  /** Completes the last record, to which lines could still be added, if nothing was read since the last call. */
  settle(): void {
    this.#records.settle()
  }

  /** Ends the log: what was read is all there is. */
  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#records.finish()
    this.source.close()
  }

  // A text record without a time is accepted if the record before it was.
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

// Copies the record, so that it does not keep the whole chunk around it in memory.
function detach({ bytes, start, end, time, isTimed, timeLength, isJson }: LogEntry): LogEntry {
  const own = Buffer.from(bytes.subarray(start, end + 1))
  return { bytes: own, start: 0, end: end - start, time, isTimed, timeLength, isJson }
}
