// Rotation: when a log file is put aside, so that no line is split and no file larger or longer than it may be.

import { isMainThread } from 'node:worker_threads'
import type { RotateOptions } from '../../config/rotate.js'
import { Claim } from '../../core/claim.js'
import { monotonic } from '../../core/clock.js'
import { notice, reasonOf } from '../../core/notice.js'
import type { Delivery } from '../handler.js'
import { Archive } from './archive.js'
import { beginOf, timeOf } from './begin.js'
import type { LogFile } from './logfile.js'
import { Period } from './period.js'

/** Milliseconds until a rotation that could not be is tried again. */
const RETRY = 1000
/** Milliseconds behind a period's end after which a file that nobody writes to is put aside. */
const GRACE = 1000
const LONGEST_TIMER = 2 ** 31 - 1
const LINE_FEED = 0x0a
const NEVER = Number.POSITIVE_INFINITY

// As they are now: an application's tests put others in their place.
const later = setTimeout
const cancel = clearTimeout

export interface RotationOptions {
  readonly file: LogFile
  /** Checked ones. */
  readonly rotate: RotateOptions
  readonly label: string
  /** What a listener before us has put aside behind its mark. */
  readonly fresh: readonly string[]
  /** The inodes of files that others need as they are. */
  readonly needed: () => ReadonlySet<string>
  /** Called before the file is put aside. */
  readonly ending: () => void
}

export class Rotation {
  readonly archive: Archive
  readonly #options: RotationOptions
  readonly #limit: number
  readonly #period: Period | undefined
  readonly #claim: Claim
  // When the file began and when its period ends, milliseconds since the epoch.
  #began: number | undefined
  #until = NEVER
  #isDue = false
  #hasBegun = false
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
    // Not at once: a listener that is about to take this one's place knows what may be touched.
    this.#timer = later(() => this.begin(), 0)
    this.#timer.unref()
  }

  /** Begins, with what earlier runs have left, once. */
  begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    const { file, fresh, needed } = this.#options
    if (this.#mayRotate()) this.archive.open(file.target, fresh, needed())
    this.resume()
    if (Date.now() >= this.#until && !file.isWithinLine) this.#rotate()
  }

  /** The path leads to another file than before. */
  resume(): void {
    const { file } = this.#options
    this.#began = undefined
    this.#isDue = false
    this.#until = NEVER
    if (file.size > 0) this.#begin(beginOf(file.fd))
  }

  /** The records in parts, between which a period ends: the file is put aside before the next part is written. */
  *split(records: readonly Delivery[]): Generator<readonly Delivery[]> {
    let rest = records
    while (this.#period && rest[0]) {
      if (this.#began === undefined) this.#begin(timeOf(rest[0]))
      const end = this.#findEnd(rest)
      if (end === 0) this.#endPeriod(timeOf(rest[0]))
      else yield rest.slice(0, end)
      rest = rest.slice(end)
    }
    if (!this.#period) yield rest
  }

  /** What of whole lines, or of the rest of one, goes into the file as it is now; puts it aside before if need be. */
  admit(bytes: Uint8Array): Uint8Array {
    const { file } = this.#options
    const line = bytes.indexOf(LINE_FEED) + 1 || bytes.length
    if (file.isWithinLine) return bytes.subarray(0, line)
    const isFull = file.size > 0 && file.size + line > this.#limit
    if ((isFull || this.#isDue) && !this.#rotate()) return bytes
    if (this.#began === undefined) this.#begin(Date.now())
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

  #begin(time: number): void {
    this.#began = time
    this.#until = this.#period?.endOf(time) ?? NEVER
    cancel(this.#timer)
    if (this.#until === NEVER) return
    const rest = Math.min(this.#until + GRACE - Date.now(), LONGEST_TIMER)
    this.#timer = later(() => this.#look(), Math.max(0, rest))
    this.#timer.unref()
  }

  // A file that nobody writes to any more.
  #look(): void {
    const { file } = this.#options
    if (this.#began === undefined || file.isWithinLine) return
    if (Date.now() < this.#until) this.#begin(this.#began)
    else if (file.size > 0) this.#rotate()
  }

  // The index of the first record that is not of the file's period.
  #findEnd(records: readonly Delivery[]): number {
    const last = records.at(-1)
    if (!last || timeOf(last) < this.#until) return records.length
    const end = records.findIndex((record) => timeOf(record) >= this.#until)
    return end < 0 ? records.length : end
  }

  // While lines wait in the backlog the file is put aside as soon as the first of them can be written.
  #endPeriod(time: number): void {
    const { file } = this.#options
    const isDone = file.size === 0 || (!file.isWithinLine && this.#rotate())
    const { size } = file
    if (isDone || size === 0) this.#begin(time)
    else this.#until = this.#period?.endOf(time) ?? NEVER
    this.#isDue = !isDone
  }

  // False if it cannot be put aside: then it goes on as it is for a while.
  #rotate(): boolean {
    const { file, label, ending } = this.#options
    if (monotonic() < this.#retryAt) return false
    this.#retryAt = monotonic() + RETRY
    if (!file.isRegular || !this.#mayRotate()) return false
    try {
      ending()
      let aside = ''
      const began = this.#began ?? Date.now()
      const isDone = file.rotate((target) => {
        aside = this.archive.next(target, began)
        return aside
      })
      this.#retryAt = Number.NEGATIVE_INFINITY
      if (!isDone) return false
      this.resume()
      this.archive.add(aside)
      return true
    } catch (error) {
      const reason = `${label} is not put aside and grows: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_HANDLER', reason, `rotation of ${label}`)
      return false
    }
  }

  #mayRotate(): boolean {
    const { file, label } = this.#options
    const holder = this.#claim.take()
    file.isAlone = holder === undefined
    if (holder !== undefined && isMainThread) {
      const who = holder === process.pid ? 'another handler of this process' : `process ${holder}`
      const reason = `${label}: ${who} writes to it and rotates it: this one only appends`
      notice('LOGSHARE_WARN_HANDLER', reason, `claim on ${label}`)
    }
    return holder === undefined
  }
}
