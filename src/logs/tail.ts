// Tail: reads a growing log like `tail -F`: a renamed file to its end, then its successor; a truncated file anew.

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { clearTimeout, setTimeout, wallNow } from '../core/originals.js'
import { checkFile, isGzip, openSource, type Source } from './source.js'

/** Time (ms) between two checks of a file that was read to its end. */
const INTERVAL = 50
const LINE_FEED = 0x0a
const END_OF_LINE: Uint8Array = Uint8Array.of(LINE_FEED)

/** Keeps the files of a log open, so that records in them can be read again. */
export interface Keeper {
  /** A file that is read from its beginning now; `at` bytes of the log were before it. If refused, it is closed. */
  begin(fd: number, at: number): boolean
}

/**
 * Opens a log that may grow: a file, which need not exist yet, a pipe, or `-` for standard input. `chunk`: bytes per
 * read. Calls `missing` for a file that cannot be opened yet. Throws `EISDIR` for a directory.
 */
export function openTail(path: string, chunk: number, missing: (error: unknown) => void): Source {
  return canGrow(path) ? new Tail(path, chunk, missing) : openSource(path)
}

/** Compressed files do not grow, and a pipe needs no polling. */
export function canGrow(path: string): boolean {
  if (path === '-') return false
  try {
    const status = statSync(path)
    if (!status.isFile() && !status.isDirectory()) return false
    const fd = openSync(path, 'r')
    const head = Buffer.alloc(2)
    try {
      return readSync(fd, head) < 2 || !isGzip(head)
    } finally {
      closeSync(fd)
    }
  } catch {
    return true
  }
}

/** A growing file. If there is a keeper, it closes the files. */
export class Tail implements Source {
  readonly path: string
  readonly changed: number = wallNow()
  readonly #buffer: Buffer
  readonly #missing: (error: unknown) => void
  readonly #keeper: Keeper | undefined
  /** Bytes of the log so far, with the ends of lines that were added. */
  #given = 0
  #fd: number | undefined
  #position = 0
  /** Whether the last byte read was a line feed. */
  #isLine = true
  /** Whether the path led to another file at the last check. */
  #isRenamed = false
  #timer: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined
  #isClosed = false
  isQuiet = false
  done = 0
  size = 0

  constructor(path: string, chunk: number, missing: (error: unknown) => void, keeper?: Keeper) {
    this.path = path
    this.#buffer = Buffer.allocUnsafeSlow(chunk)
    this.#missing = missing
    this.#keeper = keeper
    this.#open(true)
  }

  read(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const bytes = this.#poll()
    if (bytes || this.#isClosed) return bytes
    this.isQuiet = true
    return new Promise((resolve, reject) => this.#wait(resolve, reject))
  }

  #wait(resolve: (bytes: Uint8Array | undefined) => void, reject: (error: unknown) => void): void {
    const check = (): void => {
      try {
        const bytes = this.#poll()
        if (!bytes && !this.#isClosed) {
          this.#timer = setTimeout(check, INTERVAL)
          return
        }
        this.isQuiet = false
        this.#wake = undefined
        resolve(bytes)
      } catch (error) {
        reject(error)
      }
    }
    this.#wake = check
    this.#timer = setTimeout(check, INTERVAL)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#fd !== undefined) this.#leave(this.#fd)
    clearTimeout(this.#timer)
    this.#wake?.()
  }

  // The next bytes, if there are any now.
  #poll(): Uint8Array | undefined {
    if (this.#isClosed) return undefined
    if (this.#fd === undefined && !this.#open(false)) return undefined
    const fd = this.#fd as number
    const bytes = this.#next(fd)
    if (bytes) return bytes
    if (fstatSync(fd).size < this.#position) {
      this.#position = 0
      const end = this.#endLine()
      this.#keeper?.begin(fd, this.#given)
      return end ?? this.#next(fd)
    }
    if (!this.#isElsewhere(fd)) {
      this.#isRenamed = false
      return undefined
    }
    // The writer may still write to the renamed file, so it is read once more at the next check.
    if (!this.#isRenamed) {
      this.#isRenamed = true
      return undefined
    }
    this.#isRenamed = false
    this.#leave(fd)
    const end = this.#endLine()
    return end ?? (this.#open(false) ? this.#poll() : undefined)
  }

  #next(fd: number): Uint8Array | undefined {
    const length = readSync(fd, this.#buffer, 0, this.#buffer.length, this.#position)
    if (length === 0) return undefined
    this.#position += length
    this.done += length
    this.#given += length
    this.#isLine = this.#buffer[length - 1] === LINE_FEED
    return this.#buffer.subarray(0, length)
  }

  // Ends an incomplete last line, because nothing more will be appended to it.
  #endLine(): Uint8Array | undefined {
    if (this.#isLine) return undefined
    this.#isLine = true
    this.#given++
    return END_OF_LINE
  }

  #leave(fd: number): void {
    if (!this.#keeper) closeSync(fd)
    this.#fd = undefined
  }

  // Whether the path leads to another file now. While it leads to none, the old file may still grow.
  #isElsewhere(fd: number): boolean {
    try {
      const named = statSync(this.path, { bigint: true })
      const open = fstatSync(fd, { bigint: true })
      return named.ino !== open.ino || named.dev !== open.dev
    } catch {
      return false
    }
  }

  #open(isFirst: boolean): boolean {
    let fd: number
    try {
      fd = openSync(this.path, 'r')
    } catch (error) {
      if (isFirst) this.#missing(error)
      return false
    }
    try {
      this.size = checkFile(fd, this.path).size
    } catch (error) {
      closeSync(fd)
      throw error
    }
    if (this.#keeper && !this.#keeper.begin(fd, this.#given)) {
      closeSync(fd)
      return false
    }
    this.#fd = fd
    this.#position = 0
    return true
  }
}
