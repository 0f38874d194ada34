// The file handler: appends lines to one file, which nobody else of the application opens.

import { isMainThread } from 'node:worker_threads'
import { LogshareError } from '../core/errors.js'
import { notice, reasonOf } from '../core/notice.js'
import type { FileHandlerOptions } from '../core/options.js'
import { createPretty } from '../formatters/pretty.js'
import { Backlog } from './backlog.js'
import { createFilter } from './filter.js'
import type { Delivery, Handler, Mark, Surroundings } from './handler.js'
import { Lines } from './lines.js'
import { LogFile } from './logfile.js'
import { Overlap } from './overlap.js'

/** Bytes that a listener before us may have written without having told. */
const UNMARKED = 4 * 2 ** 20

/**
 * Opens the file at once, its directories made if need be. What a listener before us has written behind its mark is not
 * written again. Throws `LOGSHARE_ERR_HANDLER` if the file cannot be opened; a file that cannot be written later is tried
 * again and again, and what is logged meanwhile kept.
 */
export function createFileHandler(options: FileHandlerOptions, place: Surroundings): Handler {
  if (options.rotate && isMainThread) {
    notice('LOGSHARE_WARN_HANDLER', `${options.path} grows: rotation is not in this version`)
  }
  return new FileHandler(options, place)
}

class FileHandler implements Handler {
  readonly label: string
  readonly accepts: ((record: Delivery) => boolean) | undefined
  readonly #file: LogFile
  readonly #backlog: Backlog
  readonly #overlap: Overlap
  readonly #start: number

  constructor(options: FileHandlerOptions, place: Surroundings) {
    this.label = `file ${options.path}`
    this.accepts = createFilter(options)
    this.#file = open(options.path, () => this.#backlog.restart())
    const lines = new Lines(
      options.format === 'pretty' ? createPretty({ colors: false }) : undefined,
    )
    const write = (bytes: Uint8Array): number => {
      this.#file.endLine()
      return this.#file.write(bytes)
    }
    const prepare = (): void => this.#file.check()
    this.#backlog = new Backlog({ label: this.label, lines, prepare, write, place })
    this.#start = startOfOverlap(this.#file, place)
    this.#overlap = new Overlap(this.#file.fd, this.#start)
    this.#file.measure() // half a line may have been cut off
  }

  write(records: readonly Delivery[]): void {
    const left = this.#overlap.remove(records)
    if (left.length > 0) this.#backlog.write(left)
  }

  retry(): number {
    return this.#backlog.retry()
  }

  waiting(): number {
    return this.#backlog.size
  }

  holds(): boolean {
    return this.#backlog.size > 0 && this.#backlog.isComplete
  }

  mark(): Mark {
    // While some of what stands behind the old mark is still to come, a next successor has to compare from there too.
    const { path, inode, size } = this.#file
    return { path, inode, size: this.#overlap.isOpen ? this.#start : size }
  }

  settle(): void {
    this.#backlog.settle()
    this.flush()
  }

  // What went into a removed file a moment ago is not to stay there.
  flush(): void {
    this.#file.suspect()
    this.#backlog.check()
  }

  close(): void {
    this.#file.close()
  }
}

// Without a mark (threads alone have no runtime directory to keep it in) a few batches are compared.
function startOfOverlap({ path, inode, size }: LogFile, place: Surroundings): number {
  const mark = place.marks.find((each) => each.path === path && each.inode === inode)
  return mark?.size ?? Math.max(0, place.isSuccessor ? size - UNMARKED : size)
}

function open(path: string, reopened: () => void): LogFile {
  try {
    return new LogFile(path, reopened)
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_HANDLER', `file handler: ${reasonOf(cause)}`, { cause })
  }
}
