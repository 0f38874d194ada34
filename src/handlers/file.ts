// The file handler: appends lines to one file, which nobody else of the application opens.

import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { LogshareError } from '../core/errors.js'
import { notice, reasonOf } from '../core/notice.js'
import type { FileHandlerOptions } from '../core/options.js'
import type { LogRecord } from '../core/record.js'
import { createPretty } from '../formatters/pretty.js'
import { createFilter, type Delivery, type Handler, type Mark } from './handler.js'
import { Lines, parseRecord } from './lines.js'
import { writeFully } from './output.js'

/** Bytes that are read behind a mark: a batch and one large record. */
const MAX_OVERLAP = 64 * 2 ** 20
/** Records after which nothing of the overlap can come any more: it is the oldest there is. */
const OVERLAP_RECORDS = 2 ** 18
const LINE_FEED = 0x0a

/**
 * Opens the file at once, its directories made if need be. `mark` is where a listener before us had got to in it: what
 * it has written behind that is not written again. Throws `LOGSHARE_ERR_HANDLER` if the file cannot be opened.
 */
export function createFileHandler(options: FileHandlerOptions, mark?: Mark): Handler {
  if (options.rotate && isMainThread) {
    notice('LOGSHARE_WARN_HANDLER', `${options.path} grows: rotation is not in this version`)
  }
  return new FileHandler(options, mark)
}

class FileHandler implements Handler {
  readonly label: string
  readonly accepts: ((record: Delivery) => boolean) | undefined
  readonly #path: string
  readonly #inode: string
  readonly #lines: Lines
  readonly #fd: number
  // Records behind the mark, by producer and count; empty but for the first moments of a successor.
  readonly #written: Set<string>
  readonly #overlap: number
  #compared = 0
  #size: number

  constructor(options: FileHandlerOptions, mark?: Mark) {
    this.label = `file ${options.path}`
    this.accepts = createFilter(options)
    this.#path = options.path
    this.#lines = new Lines(
      options.format === 'pretty' ? createPretty({ colors: false }) : undefined,
    )
    this.#fd = open(options.path)
    this.#inode = String(fstatSync(this.#fd, { bigint: true }).ino)
    const overlap = mark?.path === this.#path && mark.inode === this.#inode ? mark.size : undefined
    this.#written = overlap === undefined ? new Set() : readOverlap(this.#fd, overlap)
    this.#size = fstatSync(this.#fd).size
    this.#overlap = overlap ?? this.#size
  }

  write(records: readonly Delivery[]): void {
    const left = this.#written.size > 0 ? this.#withoutWritten(records) : records
    if (left.length === 0) return
    const lines = this.#lines.join(left)
    writeFully(this.#fd, lines)
    this.#size += lines.length
  }

  mark(): Mark {
    // While some of what stands behind the old mark is still to come, a next successor has to compare from there too.
    const size = this.#written.size > 0 ? this.#overlap : this.#size
    return { path: this.#path, inode: this.#inode, size }
  }

  close(): void {
    try {
      fsyncSync(this.#fd)
    } catch {
      // A pipe or a device has nothing to synchronise.
    }
    closeSync(this.#fd)
  }

  #withoutWritten(records: readonly Delivery[]): readonly Delivery[] {
    const left = records.filter((record) => !this.#written.delete(keyOf(parseRecord(record))))
    this.#compared += records.length
    if (this.#compared > OVERLAP_RECORDS) this.#written.clear()
    return left
  }
}

function open(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'a+')
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_HANDLER', `file handler: ${reasonOf(cause)}`, { cause })
  }
}

// Also cuts off the half of a line that the writer before us died in.
function readOverlap(fd: number, from: number): Set<string> {
  const { size } = fstatSync(fd)
  const bytes = Buffer.alloc(Math.max(0, Math.min(size - from, MAX_OVERLAP)))
  const length = readSync(fd, bytes, 0, bytes.length, from)
  const end = bytes.lastIndexOf(LINE_FEED, length) + 1
  if (end < length && from + length === size) ftruncateSync(fd, from + end)
  const keys = new Set<string>()
  for (const line of bytes.toString('utf8', 0, end).split('\n')) {
    const key = line && keyOfLine(line)
    if (key) keys.add(key)
  }
  return keys
}

function keyOfLine(line: string): string | undefined {
  try {
    return keyOf(JSON.parse(line) as LogRecord)
  } catch {
    return undefined // a pretty line, or somebody else's
  }
}

function keyOf({ source, pid, tid, seq }: LogRecord): string {
  return `${source} ${pid}/${tid} ${seq}`
}
