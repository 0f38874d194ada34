// LogFile: the open log file, which follows its path when another process renames or removes the file.
//
// If the file was renamed (logrotate), writing continues in a new file at the path. If it was removed, the lines
// written since the last check are copied into the new file. A rotation of our own is one rename and one open.

import { closeSync, fdatasyncSync, fstatSync, readSync, realpathSync, writeSync } from 'node:fs'
import { monotonic } from '../../core/clock.js'
import { bringBack, putAside } from './aside.js'
import {
  find,
  type Identity,
  identityOf,
  isMissing,
  isSame,
  isStream,
  type Opened,
  open,
  Unread,
} from './path.js'

/** Milliseconds between two checks whether the path still leads to the open file. */
const CHECK_INTERVAL = 100
const CHUNK = 2 ** 20
const LINE_FEED = 0x0a

export class LogFile {
  readonly path: string
  readonly #reopened: () => void
  // -1 while it is a FIFO that nobody has read yet.
  #fd = -1
  #isOwn = true
  #identity: Identity = { dev: 0n, ino: 0n }
  #size = 0
  #checkedAt = monotonic()
  #checkedSize = 0
  // Whether the line before our first one is known to be terminated.
  #isTerminated = false
  #isWithinLine = false
  // The last check found no file at the path.
  #isMissing = false
  /** Whether this process is the file's only writer. Only then lines are copied out of a removed file. */
  isExclusive = true

  /**
   * Opens the file and creates missing directories; a FIFO that nobody reads is opened later. `reopened` is called when
   * the path led to another file and that one was opened. Throws the system's error.
   */
  constructor(path: string, reopened: () => void) {
    this.path = path
    this.#reopened = reopened
    try {
      this.#switchTo(open(path))
    } catch (error) {
      if (!(error instanceof Unread)) throw error
    }
  }

  get isOpen(): boolean {
    return this.#fd >= 0
  }

  get fd(): number {
    return this.#fd
  }

  get inode(): string {
    return String(this.#identity.ino)
  }

  /** Size in bytes: of the last check, plus what was written since. */
  get size(): number {
    return this.#size
  }

  /** Whether the last write ended within a line: its rest must follow in the same file. */
  get isWithinLine(): boolean {
    return this.#isWithinLine
  }

  /** The path with symbolic links resolved. */
  get target(): string {
    return realpathSync(this.path)
  }

  get isRegular(): boolean {
    return this.isOpen && fstatSync(this.#fd).isFile()
  }

  /** Whether it can be renamed: a regular file with a path of its own. */
  get isRotatable(): boolean {
    return this.isRegular && !isStream(this.path)
  }

  /** Appends. Returns the number of bytes written, at least one; throws the system's error if none was. */
  write(bytes: Uint8Array): number {
    const written = writeSync(this.#fd, bytes)
    this.#size += written
    this.#isWithinLine = bytes[written - 1] !== LINE_FEED
    return written
  }

  /**
   * Every 100 ms checks where the path leads, and opens the file there if it is not the open one. At each call if another
   * process rotates the file: what is written to a file that was put aside can be compressed already, or removed. Throws
   * the system's error if that fails.
   */
  check(): void {
    const elapsed = monotonic() - this.#checkedAt
    if (!this.isOpen) this.#reopen()
    if (elapsed < CHECK_INTERVAL && this.isExclusive) return
    const found = find(this.path)
    if (found === 'unknown' || (found && isSame(found, this.#identity))) {
      this.#checkedAt = monotonic()
      // Another process truncated it (logrotate's copytruncate) or wrote to it. Writes go to the file's end in any
      // case.
      if (found !== 'unknown') this.#size = Number(found.size)
      this.#checkedSize = this.#size
      this.#isMissing = false
    } else if (!found && !this.#isMissing && elapsed !== Number.POSITIVE_INFINITY) {
      // Wait for one more check: the process that renamed it may be about to create the new one, and logrotate reports
      // an error if the file already exists.
      this.#isMissing = true
      this.#checkedAt = monotonic()
    } else {
      this.#reopen()
    }
  }

  /**
   * Renames the file to the path that `name` returns for its resolved path, and opens a new one. Returns false if
   * another process replaced the file; the next check opens the replacement. Throws the system's error; then the old
   * file is still in use.
   */
  rotate(name: (target: string) => string): boolean {
    const found = find(this.path)
    if (!found || (found !== 'unknown' && !isSame(found, this.#identity))) {
      this.#checkedAt = monotonic() - CHECK_INTERVAL
      return false
    }
    try {
      const target = realpathSync(this.path)
      const rotated = putAside(target, name)
      this.#switchTo(this.#openOrUndo(target, rotated))
      return true
    } catch (error) {
      if (!isMissing(error)) throw error
      this.#checkedAt = monotonic() - CHECK_INTERVAL // another process renamed or removed it just before
      return false
    }
  }

  /** Reads the size again after other code changed it. */
  refreshSize(): void {
    this.#size = this.#checkedSize = fstatSync(this.#fd).size
  }

  /** Makes the next `check` look at once, and open a new file at once if there is none. */
  requestCheck(): void {
    this.#checkedAt = Number.NEGATIVE_INFINITY
  }

  /** Syncs written data to disk (fdatasync). Throws the system's error. */
  sync(): void {
    try {
      if (this.isOpen) fdatasyncSync(this.#fd)
    } catch (error) {
      // A pipe or a device cannot be synced.
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error
    }
  }

  #openOrUndo(target: string, rotated: string): Opened {
    try {
      return open(this.path)
    } catch (error) {
      bringBack(rotated, target)
      throw error
    }
  }

  #reopen(): void {
    const next = open(this.path)
    const isRemoved = this.isExclusive && this.isRegular && fstatSync(this.#fd).nlink === 0
    this.#switchTo(next, isRemoved ? (fd) => copyLines(fd, this.#checkedSize, next.fd) : undefined)
    this.#reopened()
  }

  #switchTo({ fd, isOwn }: Opened, copy?: (before: number) => number): void {
    const before = { fd: this.#fd, isOwn: this.#isOwn }
    this.#fd = fd
    this.#isOwn = isOwn
    this.#identity = identityOf(fd)
    this.#isTerminated = this.#isWithinLine = this.#isMissing = false
    this.#checkedAt = monotonic()
    this.#size = fstatSync(fd).size
    if (copy) this.#size += copy(before.fd)
    this.#checkedSize = this.#size
    if (before.isOwn && before.fd >= 0) closeSync(before.fd)
  }

  /** The file ends within a line of ours: its rest follows. */
  continueLine(): void {
    this.#isTerminated = this.#isWithinLine = true
  }

  /** Adds a line feed, once per file, if an earlier writer left an incomplete line at the end. */
  terminateLine(): void {
    if (this.#isTerminated) return
    this.#isTerminated = true
    const last = Buffer.from('\n')
    if (this.#size > 0) readSync(this.#fd, last, 0, 1, this.#size - 1)
    if (last[0] !== LINE_FEED) this.write(Buffer.from('\n'))
  }

  close(): void {
    if (this.isOpen && this.#isOwn) closeSync(this.#fd)
  }
}

// Copies the complete lines from offset `from` on. The backlog writes an incomplete last line again as a whole.
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
