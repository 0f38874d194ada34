// Rotation: decides when a log file is rotated, by size and by period. It never splits a line.
//
// `archive.ts` takes care of the rotated files, `logfile.ts` does the rename.

import { isMainThread } from 'node:worker_threads'
import type { RotateOptions } from '../../config/rotate.js'
import { Claim } from '../../core/claim.js'
import { monotonic } from '../../core/clock.js'
import { notice, reasonOf } from '../../core/notice.js'
import { clearTimeout, process, setTimeout, wallNow } from '../../core/originals.js'
import type { Delivery } from '../handler.js'
import { Archive } from './archive.js'
import { beginOf, timeOf } from './begin.js'
import type { LogFile } from './logfile.js'
import { Period } from './period.js'

/** Milliseconds until a failed rotation is tried again. */
const RETRY = 1000
/** Milliseconds after a period's end when a file that gets no more records is rotated. */
const GRACE = 1000
const LONGEST_TIMER = 2 ** 31 - 1
const LINE_FEED = 0x0a
const NEVER = Number.POSITIVE_INFINITY

const later = setTimeout
const cancel = clearTimeout

export interface RotationOptions {
  readonly file: LogFile
  /** Checked options (`config/rotate.ts`). */
  readonly rotate: RotateOptions
  /** Names the handler in warnings. */
  readonly label: string
  /** Paths of files that the previous listener rotated after its last mark. */
  readonly unmarked: readonly string[]
  /** Inodes of files that listeners of other runtime directories may still compare with. */
  readonly needed: () => ReadonlySet<string>
  readonly beforeRotate: () => void
}

export class Rotation {
  readonly archive: Archive
  readonly #options: RotationOptions
  readonly #limit: number
  readonly #period: Period | undefined
  readonly #claim: Claim
  // When the file began and when its period ends, in milliseconds since the epoch.
  #began: number | undefined
  #until = NEVER
  // The period has ended, but the file could not be rotated yet.
  #isDue = false
  #hasStarted = false
  #isClaimed = false
  #retryAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  constructor(options: RotationOptions) {
    const { rotate, file, label } = options
    this.#options = options
    this.#limit = rotate.size === undefined ? NEVER : Number(rotate.size)
    if (rotate.interval !== undefined) {
      this.#period = new Period(Number(rotate.interval), rotate.utc ?? false)
    }
    this.archive = new Archive(rotate, label)
    this.#claim = new Claim(file.target)
    this.#mayRotate()
    // Not at once: if a child starts right away, the listener thread replaces this handler, and the checkpoint of its
    // runtime directory says which files must not be changed.
    this.#timer = later(() => this.start(), 0)
    this.#timer.unref()
  }

  /**
   * Starts once, before the first write: takes over the files of earlier runs and rotates a file whose period is over.
   */
  start(): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    const { file, unmarked, needed } = this.#options
    if (this.#mayRotate()) this.archive.open(file.target, unmarked, needed())
    this.reset()
    if (wallNow() >= this.#until && !file.isWithinLine) this.#rotate()
  }

  /** Called when another file was opened: reads when it began. */
  reset(): void {
    const { file } = this.#options
    this.#began = undefined
    this.#isDue = false
    this.#until = NEVER
    if (file.size > 0) this.#beginPeriod(beginOf(file.fd))
  }

  /** Whether a batch of lines, of which `last` is the last record, is in the file's period: then it need not be split. */
  holds(bytes: Uint8Array, last: Delivery): boolean {
    if (!this.#period) return true
    if (this.#began === undefined) this.#beginPeriod(timeIn(bytes))
    return timeOf(last) < this.#until
  }

  /**
   * Splits records where a period ends. The file is rotated between two parts, so each part must be written before the
   * next one is requested.
   */
  *split(records: readonly Delivery[]): Generator<readonly Delivery[]> {
    let rest = records
    while (this.#period && rest[0]) {
      if (this.#began === undefined) this.#beginPeriod(timeOf(rest[0]))
      const end = this.#findEnd(rest)
      if (end === 0) this.#endPeriod(timeOf(rest[0]))
      else yield rest.slice(0, end)
      rest = rest.slice(end)
    }
    if (!this.#period) yield rest
  }

  /**
   * Rotates the file if it is full or its period has ended, and returns the part of `bytes` that fits into it: whole
   * lines, at least one, or the rest of a line that was written partly.
   */
  admit(bytes: Uint8Array): Uint8Array {
    const { file } = this.#options
    const line = bytes.indexOf(LINE_FEED) + 1 || bytes.length
    if (file.isWithinLine) return bytes.subarray(0, line)
    const isFull = file.size > 0 && file.size + line > this.#limit
    if ((isFull || this.#isDue) && !this.#rotate()) return bytes
    // The lines may be older than now by the order window.
    if (this.#began === undefined) this.#beginPeriod(timeIn(bytes))
    const room = this.#limit - file.size
    if (bytes.length <= room) return bytes
    const end = room >= line ? bytes.lastIndexOf(LINE_FEED, room - 1) + 1 : line
    return bytes.subarray(0, end)
  }

  close(): void {
    cancel(this.#timer)
    this.archive.close()
    this.#claim.drop()
  }

  #beginPeriod(time: number): void {
    this.#began = time
    this.#until = this.#period?.endOf(time) ?? NEVER
    cancel(this.#timer)
    if (this.#until === NEVER) return
    const rest = Math.min(this.#until + GRACE - wallNow(), LONGEST_TIMER)
    this.#timer = later(() => this.#rotateIdle(), Math.max(0, rest))
    this.#timer.unref()
  }

  // Rotates a file that gets no more records.
  #rotateIdle(): void {
    const { file } = this.#options
    if (this.#began === undefined || file.isWithinLine) return
    if (wallNow() < this.#until) this.#beginPeriod(this.#began)
    else if (file.size > 0) this.#rotate()
  }

  // The index of the first record after the file's period.
  #findEnd(records: readonly Delivery[]): number {
    const last = records.at(-1)
    if (!last || timeOf(last) < this.#until) return records.length
    const end = records.findIndex((record) => timeOf(record) >= this.#until)
    return end < 0 ? records.length : end
  }

  // While the backlog keeps lines, the file is rotated as soon as the first of them can be written.
  #endPeriod(time: number): void {
    const { file } = this.#options
    const isDone = file.size === 0 || (!file.isWithinLine && this.#rotate())
    const { size } = file
    if (isDone || size === 0) this.#beginPeriod(time)
    else this.#until = this.#period?.endOf(time) ?? NEVER
    this.#isDue = !isDone
  }

  // False if the file cannot be rotated: it stays in use, and the next try is after RETRY ms.
  #rotate(): boolean {
    const { file, label, beforeRotate } = this.#options
    if (monotonic() < this.#retryAt) return false
    this.#retryAt = monotonic() + RETRY
    if (!file.isRotatable || !this.#mayRotate()) return false
    try {
      beforeRotate()
      let rotated = ''
      const began = this.#began ?? wallNow()
      const isDone = file.rotate((target) => {
        rotated = this.archive.next(target, began)
        return rotated
      })
      this.#retryAt = Number.NEGATIVE_INFINITY
      if (!isDone) return false
      this.reset()
      this.archive.add(rotated)
      return true
    } catch (error) {
      const reason = `${label} cannot be rotated and keeps growing: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_HANDLER', reason, `rotation of ${label}`)
      return false
    }
  }

  // False also for a pipe or a device: there is nothing to claim.
  #mayRotate(): boolean {
    const { file, label } = this.#options
    if (!file.isRegular) return false
    const rival = this.#claim.take()
    const isLost = this.#isClaimed && rival !== undefined
    this.#isClaimed = rival === undefined
    file.isExclusive = this.#isClaimed
    if (rival && (isMainThread || isLost)) {
      const id = rival.process
      const who = id === undefined ? 'another application' : `process ${id}`
      const holder = id === process.pid ? 'another handler of this process' : who
      const reason = `${label}: ${holder} already rotates this file; this handler only appends to it`
      notice('LOGSHARE_WARN_HANDLER', reason, `claim on ${label}`)
    }
    return this.#isClaimed
  }
}

function timeIn({ buffer, byteOffset, length }: Uint8Array): number {
  return timeOf({ buffer: Buffer.from(buffer, byteOffset, length), start: 0, end: length })
}
