// LogFile: one file that grows, wherever its path leads by now.
//
// Somebody may rename or remove it while we write. A renamed one (logrotate) is left to whoever did that, and a new one
// begun; what went into a removed one since it was last seen in its place is written again into the new one. To put the
// file aside ourselves is one rename and one open.

import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  readSync,
  realpathSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { monotonic } from '../../core/clock.js'
import { find, type Identity, identityOf, isMissing, isSame, open } from './path.js'

/** Milliseconds between two looks whether the file is still in its place. */
const CHECK_INTERVAL = 100
const CHUNK = 2 ** 20
const LINE_FEED = 0x0a

export class LogFile {
  readonly path: string
  readonly #reopened: () => void
  #fd: number
  #identity: Identity
  #size: number
  #checkedAt = monotonic()
  #checkedSize: number
  // Whether what we write begins a line.
  #isLine = false
  #isWithinLine = false
  // It was not there when it was looked for last.
  #isMissed = false
  /** Whether what was written last is to be saved when the file is removed: only we have written to it. */
  isAlone = true

  /** Opens the file, its directories made if need be; throws what the system says. `reopened` tells of another file. */
  constructor(path: string, reopened: () => void) {
    this.path = path
    this.#reopened = reopened
    this.#fd = open(path)
    this.#identity = identityOf(this.#fd)
    this.#size = this.#checkedSize = fstatSync(this.#fd).size
  }

  get fd(): number {
    return this.#fd
  }

  get inode(): string {
    return String(this.#identity.ino)
  }

  /** Bytes in it, as far as we know. */
  get size(): number {
    return this.#size
  }

  /** Whether the system took half a line: the other half belongs behind it. */
  get isWithinLine(): boolean {
    return this.#isWithinLine
  }

  /** Its path without links. */
  get target(): string {
    return realpathSync(this.path)
  }

  get isRegular(): boolean {
    return fstatSync(this.#fd).isFile()
  }

  /** Appends and returns how many bytes the system took; throws what it says if it took none. */
  write(bytes: Uint8Array): number {
    const written = writeSync(this.#fd, bytes)
    this.#size += written
    this.#isWithinLine = bytes[written - 1] !== LINE_FEED
    return written
  }

  /** From time to time, has a look: goes on in a new file if the path leads to another one. Throws if it cannot. */
  check(): void {
    const elapsed = monotonic() - this.#checkedAt
    if (elapsed < CHECK_INTERVAL) return
    const found = find(this.path)
    if (found === 'unknown' || (found && isSame(found, this.#identity))) {
      this.#checkedAt = monotonic()
      // Cut by somebody who copied it before (logrotate's copytruncate), or written to: we append, wherever its end is.
      if (found !== 'unknown') this.#size = Number(found.size)
      this.#checkedSize = this.#size
      this.#isMissed = false
    } else if (!found && !this.#isMissed && elapsed !== Number.POSITIVE_INFINITY) {
      // Whoever has moved it away may be about to make the next one: logrotate finds fault with one that is there.
      this.#isMissed = true
      this.#checkedAt = monotonic()
    } else {
      this.#reopen()
    }
  }

  /**
   * Puts the file aside under another name, to which `name` leads, and goes on in a new one. False if it has been
   * replaced: the next look goes on in the one that is there. Throws what the system says, and then with the file it had.
   */
  rotate(name: (target: string) => string): boolean {
    const found = find(this.path)
    if (!found || (found !== 'unknown' && !isSame(found, this.#identity))) {
      this.#checkedAt = monotonic() - CHECK_INTERVAL
      return false
    }
    try {
      const target = realpathSync(this.path)
      const aside = name(target)
      renameSync(target, aside)
      this.#adopt(this.#openOrUndo(target, aside))
      return true
    } catch (error) {
      if (!isMissing(error)) throw error
      this.#checkedAt = monotonic() - CHECK_INTERVAL // somebody was quicker by a moment
      return false
    }
  }

  /** Somebody else has changed its size. */
  measure(): void {
    this.#size = this.#checkedSize = fstatSync(this.#fd).size
  }

  /** The next look is due at once. */
  suspect(): void {
    this.#checkedAt = Number.NEGATIVE_INFINITY
  }

  /** Forces what was written onto the disk. */
  sync(): void {
    try {
      fdatasyncSync(this.#fd)
    } catch (error) {
      // A pipe or a device has nothing to synchronise.
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error
    }
  }

  #openOrUndo(target: string, aside: string): number {
    try {
      return open(this.path)
    } catch (error) {
      renameSync(aside, target)
      throw error
    }
  }

  #reopen(): void {
    const next = open(this.path)
    const isRemoved = this.isAlone && fstatSync(this.#fd).nlink === 0
    this.#adopt(next, isRemoved ? (fd) => copyLines(fd, this.#checkedSize, next) : undefined)
    this.#reopened()
  }

  #adopt(next: number, copy?: (before: number) => number): void {
    const before = this.#fd
    this.#fd = next
    this.#identity = identityOf(next)
    this.#isLine = this.#isWithinLine = this.#isMissed = false
    this.#checkedAt = monotonic()
    this.#size = fstatSync(next).size
    if (copy) this.#size += copy(before)
    this.#checkedSize = this.#size
    closeSync(before)
  }

  /** Ends, once, the half of a line that somebody before us has left. */
  endLine(): void {
    if (this.#isLine) return
    this.#isLine = true
    const last = Buffer.from('\n')
    if (this.#size > 0) readSync(this.#fd, last, 0, 1, this.#size - 1)
    if (last[0] !== LINE_FEED) this.write(Buffer.from('\n'))
  }

  close(): void {
    try {
      fsyncSync(this.#fd)
    } catch {
      // A pipe or a device has nothing to synchronise.
    }
    closeSync(this.#fd)
  }
}

// The whole lines from an offset on. Half a line is written again by whoever writes its other half.
function copyLines(source: number, from: number, target: number): number {
  const bytes = Buffer.alloc(CHUNK)
  let at = Math.max(0, from - 1)
  let copied = 0
  for (let isFirst = from > 0; ; isFirst = false) {
    const length = readSync(source, bytes, 0, bytes.length, at)
    const start = isFirst ? bytes.subarray(0, length).indexOf(LINE_FEED) + 1 : 0
    const end =
      length < bytes.length ? bytes.subarray(0, length).lastIndexOf(LINE_FEED) + 1 : length
    for (let done = start; done < end; ) done += writeSync(target, bytes, done, end - done)
    copied += Math.max(0, end - start)
    at += length
    if (length < bytes.length) return copied
  }
}
