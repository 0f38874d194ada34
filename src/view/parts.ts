// Parts: the files that the bytes of the logs are in, kept open so that records can be read again after a rotation.

import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSource, type Source } from '../logs/source.js'
import { canGrow, Tail } from '../logs/tail.js'

/** A part is at most this long, so that offsets in it have 32 bits. */
const LONGEST = 2 ** 32
/** Size (bytes) of pieces that are read. */
const CHUNK = 2 ** 17

interface Part {
  readonly fd: number
  /** Offset in the log, and in the file. */
  readonly at: number
  readonly from: number
  /** Whether the file was truncated since. */
  isGone: boolean
}

/** Parts of all logs, by number. */
export class Parts {
  readonly #all: Part[] = []
  /** Device and inode of each file. One that was read under another name is not read again. */
  readonly #known = new Set<string>()

  /** Opens a log; what cannot be read a second time is copied to a temporary file without a name. */
  open(path: string, missing: (error: unknown) => void): { source: Source; places: Places } {
    const places = new Places(this.#all)
    if (canGrow(path)) {
      const begin = (fd: number, at: number): boolean => this.#begin(places, fd, at)
      return { source: new Tail(path, CHUNK, missing, { begin }), places }
    }
    const source = openSource(path)
    const fd = openUnnamed()
    places.add({ fd, at: 0, from: 0, isGone: false })
    return { source: new Copying(source, fd), places }
  }

  /** Reads bytes of a part; fewer if the file is shorter, none if it was truncated. */
  read(part: number, place: number, room: Buffer): Buffer {
    const { fd, from, isGone } = this.#all[part] as Part
    if (isGone) return room.subarray(0, 0)
    let length = 0
    while (length < room.length) {
      const read = readSync(fd, room, length, room.length - length, from + place + length)
      if (read === 0) break
      length += read
    }
    return room.subarray(0, length)
  }

  close(): void {
    for (const fd of new Set(this.#all.map((each) => each.fd))) closeSync(fd)
  }

  #begin(places: Places, fd: number, at: number): boolean {
    const { dev, ino } = fstatSync(fd, { bigint: true })
    const identity = `${dev}:${ino}`
    const earlier = this.#all.filter((each) => each.fd === fd)
    if (earlier.length === 0 && this.#known.has(identity)) return false
    this.#known.add(identity)
    for (const part of earlier) part.isGone = true
    places.add({ fd, at, from: 0, isGone: false })
    return true
  }
}

/** The parts of one log. */
export class Places {
  readonly #all: Part[]
  readonly #own: number[] = []

  constructor(all: Part[]) {
    this.#all = all
  }

  add(part: Part): void {
    this.#own.push(this.#all.push(part) - 1)
  }

  /** Number of the part and the offset in it for an offset in the log. */
  locate(place: number): { readonly part: number; readonly place: number } {
    let nth = this.#own.length - 1
    while (nth > 0 && (this.#all[this.#own[nth] as number] as Part).at > place) nth--
    const id = this.#own[nth] as number
    const part = this.#all[id] as Part
    if (place - part.at < LONGEST) return { part: id, place: place - part.at }
    const at = part.at + LONGEST
    this.add({ ...part, at, from: part.from + LONGEST })
    return this.locate(place)
  }
}

// A file that only this process can reach, and that is gone with it.
function openUnnamed(): number {
  const folder = mkdtempSync(join(tmpdir(), 'logshare-view-'))
  try {
    return openSync(join(folder, 'log'), 'w+', 0o600)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// Gives the bytes of another source and writes them to a file.
class Copying implements Source {
  readonly #source: Source
  readonly #fd: number

  constructor(source: Source, fd: number) {
    this.#source = source
    this.#fd = fd
  }

  get isQuiet(): boolean {
    return this.#source.isQuiet
  }

  get done(): number {
    return this.#source.done
  }

  get size(): number {
    return this.#source.size
  }

  get changed(): number {
    return this.#source.changed
  }

  read(room: Buffer): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const bytes = this.#source.read(room)
    return bytes instanceof Promise ? bytes.then((each) => this.#copy(each)) : this.#copy(bytes)
  }

  close(): void {
    this.#source.close()
  }

  #copy(bytes: Uint8Array | undefined): Uint8Array | undefined {
    let written = 0
    while (bytes && written < bytes.length)
      written += writeSync(this.#fd, bytes, written, bytes.length - written)
    return bytes
  }
}
