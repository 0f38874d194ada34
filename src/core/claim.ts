// Claim: the right to rotate a log file, held by one application; any other that writes to the file only appends.
//
//   app.log  →  .app.log.claim
//
// It is a file beside the log, so that applications find it that have nothing else in common: no temporary directory, and
// in containers not even process ids. Whether such a holder is alive only its beat can tell, which renews the file's time. A
// holder that was stopped for long loses the claim, and looks before each rotation whether it still has it. The claim never
// blocks: if its file cannot be written, the caller may rotate.

import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pidNamespace } from './foreign.js'
import { clearInterval, process, setInterval } from './originals.js'
import { isAlive, startOf } from './process.js'
import { removeFile } from './remove.js'
import { uniqueHex } from './unique.js'

/** Milliseconds between two beats, and without one after which a holder elsewhere counts as dead. */
const BEAT = 5000
const LIMIT = 60_000
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>

// Captured at load: test frameworks replace these with fake timers.
const startInterval = setInterval
const stopInterval = clearInterval

/** Files claimed in this thread: a second handler for the same file in one application must not rotate it either. */
const claimed = new Set<string>()

interface Holder {
  readonly pid: number
  /** Start time of the process: tells it from a later process with the same id. */
  readonly start: string
  /** Where that process id counts. */
  readonly space: string
}

/** `process`: the id of the process that has the claim; undefined if it counts elsewhere only, or cannot be read. */
export interface Rival {
  readonly process: number | undefined
}

export class Claim {
  readonly #file: string
  readonly #path: string
  #beat: NodeJS.Timeout | undefined
  #isHeld = false

  /** `file`: path of the log file, symbolic links resolved. */
  constructor(file: string) {
    this.#file = file
    this.#path = join(dirname(file), `.${basename(file)}.claim`)
  }

  /** Tries to take the claim, or to keep it. Returns who has it; `undefined` if this object has. */
  take(): Rival | undefined {
    if (!this.#isHeld && claimed.has(this.#file)) return { process: process.pid }
    const rival = this.#lock()
    if (rival) {
      this.#forget()
      return rival
    }
    this.#isHeld = true
    claimed.add(this.#file)
    this.#beat ??= startInterval(() => this.#renew(), BEAT).unref()
    return undefined
  }

  drop(): void {
    if (!this.#isHeld) return
    this.#forget()
    const found = read(this.#path)
    if (found?.holder && isSelf(found.holder)) removeFile(this.#path)
  }

  #forget(): void {
    if (this.#isHeld) claimed.delete(this.#file)
    this.#isHeld = false
    stopInterval(this.#beat)
    this.#beat = undefined
  }

  #renew(): void {
    const found = read(this.#path)
    if (found?.holder && isSelf(found.holder)) touch(this.#path)
  }

  // A complete file is put into place. The link is made only if there is no claim; the rename replaces that of a dead
  // holder. Should two processes do that at the same moment, the first one notices before it rotates.
  #lock(): Rival | undefined {
    const found = read(this.#path)
    if (found?.holder && isSelf(found.holder)) return undefined
    const draft = `${this.#path}.${uniqueHex()}`
    try {
      writeFileSync(draft, JSON.stringify(self()), { flag: 'wx', mode: 0o644 })
      if (found && isHeld(found, statTime(draft))) return rivalOf(found)
      if (found) renameSync(draft, this.#path)
      else linkSync(draft, this.#path)
      return undefined
    } catch {
      const now = read(this.#path)
      return now && !(now.holder && isSelf(now.holder)) && isHeld(now, now.renewed)
        ? rivalOf(now)
        : undefined
    } finally {
      removeFile(draft)
    }
  }
}

interface Found {
  /** Undefined if the file is not a claim's, or may not be read. */
  readonly holder: Holder | undefined
  /** Milliseconds since the epoch. */
  readonly renewed: number
}

function read(path: string): Found | undefined {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return isGone ? undefined : { holder: undefined, renewed: Number.POSITIVE_INFINITY }
  }
  try {
    const { mtimeMs } = fstatSync(fd)
    return { holder: parse(readFileSync(fd, 'utf8')), renewed: mtimeMs }
  } catch {
    return { holder: undefined, renewed: Number.POSITIVE_INFINITY }
  } finally {
    closeSync(fd)
  }
}

function parse(text: string): Holder | undefined {
  try {
    const { pid, start, space } = Object(JSON.parse(text)) as Partial<Holder>
    return typeof pid === 'number' && start !== undefined && space !== undefined
      ? { pid, start, space }
      : undefined
  } catch {
    return undefined
  }
}

// `now` by the clock of the file system.
function isHeld({ holder, renewed }: Found, now: number): boolean {
  if (holder?.space === spaceOf())
    return isAlive(holder.pid) && startOf(holder.pid) === holder.start
  return now - renewed < LIMIT
}

function rivalOf({ holder }: Found): Rival {
  return { process: holder?.space === spaceOf() ? holder.pid : undefined }
}

function self(): Holder {
  return { pid: process.pid, start: startOf(process.pid), space: spaceOf() }
}

function isSelf({ pid, start, space }: Holder): boolean {
  return pid === process.pid && start === startOf(pid) && space === spaceOf()
}

let space: string | undefined

// Process ids count within one boot and, on Linux, within one namespace.
function spaceOf(): string {
  space ??= findSpace()
  return space
}

function findSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    const space = pidNamespace()
    return space === '' ? hostname() : `${boot} ${space}`
  } catch {
    return hostname()
  }
}

function statTime(path: string): number {
  const fd = openSync(path, 'r')
  try {
    return fstatSync(fd).mtimeMs
  } finally {
    closeSync(fd)
  }
}

// Writes what is there already, so that the file system's clock tells the time.
function touch(path: string): void {
  try {
    const fd = openSync(path, constants.O_WRONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      writeSync(fd, JSON.stringify(self()))
    } finally {
      closeSync(fd)
    }
  } catch {
    // Another process has taken it, or the log's folder is gone.
  }
}
