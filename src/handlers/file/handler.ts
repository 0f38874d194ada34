// The file handler: appends lines to one file, which nobody else of the application opens, and puts old files aside.

import type { FileHandlerOptions } from '../../config/options.js'
import { LogshareError } from '../../core/errors.js'
import { reasonOf } from '../../core/notice.js'
import { createPretty } from '../../formatters/pretty.js'
import { Backlog } from '../backlog.js'
import { createFilter } from '../filter.js'
import type { Delivery, Handler, Mark, HandlerContext } from '../handler.js'
import { Lines } from '../lines.js'
import { LogFile } from './logfile.js'
import { Dedupe } from './dedupe.js'
import { findNeeded, findPieces } from './pieces.js'
import { Rotation } from './rotation.js'
import { Sync } from './sync.js'

/**
 * Opens the file at once, its directories made if need be. What a listener before us has written behind its mark is not
 * written again. Throws `LOGSHARE_ERR_HANDLER` if the file cannot be opened; a file that cannot be written later is tried
 * again and again, and what is logged meanwhile kept.
 */
export function createFileHandler(options: FileHandlerOptions, context: HandlerContext): Handler {
  try {
    return new FileHandler(options, context)
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_HANDLER', `file handler: ${reasonOf(cause)}`, { cause })
  }
}

class FileHandler implements Handler {
  readonly label: string
  readonly accepts: ((record: Delivery) => boolean) | undefined
  readonly #file: LogFile
  readonly #backlog: Backlog
  readonly #dedupe: Dedupe
  readonly #start: Mark
  readonly #sync: Sync
  readonly #rotation: Rotation | undefined

  constructor(options: FileHandlerOptions, context: HandlerContext) {
    this.label = `file ${options.path}`
    this.accepts = createFilter(options)
    this.#file = new LogFile(options.path, () => this.#reopened())
    this.#sync = new Sync(options.sync, this.#file)
    this.#backlog = this.#createBacklog(options, context)
    const { from, aside, start } = findPieces(this.#file, context)
    this.#start = start
    this.#dedupe = new Dedupe(this.#file.fd, from, aside)
    this.#file.measure() // half a line may have been cut off
    const fresh = this.#dedupe.isOpen ? aside.map(({ path }) => path) : []
    this.#rotation = this.#createRotation(options, fresh, context)
  }

  write(records: readonly Delivery[]): void {
    const left = this.#dedupe.remove(records)
    if (left.length === 0) return
    this.#rotation?.begin()
    for (const part of this.#rotation?.split(left) ?? [left]) this.#backlog.write(part)
    this.#sync.wrote(left)
  }

  retry(): number {
    return this.#backlog.retry()
  }

  waiting(): number {
    return this.#backlog.size
  }

  blocksCheckpoint(): boolean {
    return this.#backlog.size > 0 && this.#backlog.isComplete
  }

  mark(): Mark {
    // While some of what stands behind the old mark is still to come, a next successor has to compare from there too.
    if (this.#dedupe.isOpen) return this.#start
    this.#rotation?.archive.mark()
    const { path, inode, size } = this.#file
    return { path, inode, size }
  }

  checkpointSaved(): void {
    this.#rotation?.archive.checkpointSaved()
  }

  drain(): void {
    this.#backlog.drain()
    this.flush()
  }

  // What went into a removed file a moment ago is not to stay there.
  flush(): void {
    this.#file.suspect()
    this.#backlog.check()
  }

  close(): void {
    this.#rotation?.close()
    this.#sync.close()
    this.#file.close()
  }

  #createBacklog({ format }: FileHandlerOptions, context: HandlerContext): Backlog {
    const lines = new Lines(format === 'pretty' ? createPretty({ colors: false }) : undefined)
    const write = (bytes: Uint8Array): number => {
      this.#file.endLine()
      return this.#file.write(this.#rotation?.admit(bytes) ?? bytes)
    }
    const prepare = (): void => this.#file.check()
    return new Backlog({ label: this.label, lines, prepare, write, context })
  }

  #createRotation(
    { rotate }: FileHandlerOptions,
    fresh: readonly string[],
    { otherMarks }: HandlerContext,
  ): Rotation | undefined {
    if (!rotate) return undefined
    const file = this.#file
    const needed = (): Set<string> => findNeeded(file, otherMarks())
    const ending = (): void => this.#sync.now()
    return new Rotation({ file, rotate, label: this.label, fresh, needed, ending })
  }

  #reopened(): void {
    this.#backlog.restart()
    this.#rotation?.resume()
  }
}
