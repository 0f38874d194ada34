// File handler: appends lines to one log file and rotates it. No other thread or process of the application opens it.
//
// It combines `logfile.ts` (the open file), `../backlog.ts` (retries), `sync.ts`, `rotation.ts` and, after a takeover,
// `dedupe.ts`.

import { closeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { keysOf } from '../../config/format.js'
import type { FileHandlerOptions } from '../../config/handlers.js'
import { LogshareError } from '../../core/errors.js'
import { notice, reasonOf } from '../../core/notice.js'
import { createJson } from '../../formatters/json.js'
import { createPretty } from '../../formatters/pretty.js'
import { Backlog } from '../backlog.js'
import type { Batch } from '../batch.js'
import { createFilter, leastLevel } from '../filter.js'
import type { Delivery, Handler, HandlerContext, Mark } from '../handler.js'
import { type Format, Lines } from '../lines.js'
import type { Kept } from '../retry.js'
import { Dedupe } from './dedupe.js'
import { LogFile } from './logfile.js'
import { open, Unread } from './path.js'
import { Rotation } from './rotation.js'
import { Sync } from './sync.js'
import { findNeeded, findTail } from './tail.js'

/**
 * Opens the file at once and creates missing directories. Records that the previous listener wrote after its last mark
 * are not written again. Throws `LOGSHARE_ERR_HANDLER` if the file cannot be opened. If it cannot be written later,
 * records are kept within `overflow.limit` and retried.
 */
export function createFileHandler(options: FileHandlerOptions, context: HandlerContext): Handler {
  try {
    return new FileHandler(options, context)
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_HANDLER', `file handler: ${reasonOf(cause)}`, { cause })
  }
}

/** Throws `LOGSHARE_ERR_HANDLER` if the file cannot be opened. */
export function checkFile({ path }: Pick<FileHandlerOptions, 'path'>): void {
  try {
    const { fd, isOwn } = open(path)
    if (isOwn) closeSync(fd)
  } catch (cause) {
    if (cause instanceof Unread) return
    throw new LogshareError('LOGSHARE_ERR_HANDLER', `file handler: ${reasonOf(cause)}`, { cause })
  }
}

class FileHandler implements Handler {
  readonly label: string
  readonly accepts: ((record: Delivery) => boolean) | undefined
  readonly writeBatch: ((batch: Batch) => void) | undefined
  readonly #file: LogFile
  readonly #backlog: Backlog
  readonly #dedupe: Dedupe
  readonly #start: Mark
  readonly #sync: Sync
  readonly #rotation: Rotation | undefined

  constructor(options: FileHandlerOptions, context: HandlerContext) {
    this.label = `file ${options.path}`
    this.accepts = createFilter(options)
    const { format = 'json' } = options
    const json = createJson(format, keysOf(options))
    const pretty = format === 'pretty' ? createPretty({ colors: false }) : undefined
    const least = json || pretty ? undefined : leastLevel(options)
    if (least !== undefined) this.writeBatch = (batch) => this.#writeLines(batch, least)
    this.#file = new LogFile(options.path, () => this.#reopened())
    this.#sync = new Sync(options.sync, this.#file)
    this.#backlog = this.#createBacklog(json ?? pretty, context)
    const { isRegular } = this.#file
    const { from, rotated, start } = findTail(this.#file, context)
    this.#start = start
    this.#dedupe = new Dedupe(isRegular ? this.#file.fd : undefined, from, rotated, json)
    if (isRegular) this.#file.refreshSize() // an incomplete line may have been cut off
    const unmarked = this.#dedupe.isActive ? rotated.map(({ path }) => path) : []
    this.#rotation = this.#createRotation(options, unmarked, context)
    if (context.kept) this.#takeOver(context.kept)
  }

  write(records: readonly Delivery[]): void {
    const left = this.#dedupe.filter(records)
    if (left.length === 0) return
    this.#rotation?.start()
    for (const part of this.#rotation?.split(left) ?? [left]) this.#backlog.write(part)
    this.#sync.wrote((level) => left.some((record) => record.level >= level))
  }

  // Lines as they are, without a look at each record, unless that is needed after a takeover or where a period ends.
  #writeLines(batch: Batch, least: number): void {
    const records = (): readonly Delivery[] => batch.records().filter(({ level }) => level >= least)
    const bytes = batch.lines(least)
    if (bytes.length === 0) return
    this.#rotation?.start()
    const last = batch.at(batch.count - 1)
    if (this.#dedupe.isActive || this.#rotation?.holds(bytes, last) === false) {
      this.write(records())
      return
    }
    this.#backlog.writeLines(bytes, records)
    this.#sync.wrote((level) => batch.reaches(level))
  }

  retry(): number {
    return this.#backlog.retry()
  }

  waiting(): number {
    return this.#backlog.size
  }

  blocksCheckpoint(): boolean {
    const { size, isComplete, hasGivenUp } = this.#backlog
    return hasGivenUp || (size > 0 && isComplete)
  }

  mark(): Mark {
    // While the dedupe is active, another takeover has to compare from the old mark too.
    if (this.#dedupe.isActive) return this.#start
    this.#rotation?.archive.mark()
    const { path, inode, size } = this.#file
    return { path, inode, size }
  }

  checkpointSaved(): void {
    this.#rotation?.archive.checkpointSaved()
  }

  handOver(): Kept | undefined {
    const kept = this.#backlog.handOver()
    return kept && { ...kept, inode: this.#file.inode }
  }

  drain(): void {
    this.#backlog.drain()
    this.flush()
  }

  // Lines written a moment ago to a file that was removed are written again to the new one.
  flush(): void {
    this.#file.requestCheck()
    if (this.#file.isOpen) this.#backlog.check()
  }

  close(): void {
    this.#rotation?.close()
    this.#sync.close()
    this.#file.close()
  }

  #createBacklog(format: Format | undefined, context: HandlerContext): Backlog {
    const lines = new Lines(format)
    const write = (bytes: Uint8Array): number => {
      this.#file.terminateLine()
      return this.#file.write(this.#rotation?.admit(bytes) ?? bytes)
    }
    const prepare = (): void => this.#file.check()
    return new Backlog({ label: this.label, lines, prepare, write, context })
  }

  #createRotation(
    { rotate }: FileHandlerOptions,
    unmarked: readonly string[],
    { otherMarks }: HandlerContext,
  ): Rotation | undefined {
    if (!rotate) return undefined
    const file = this.#file
    if (!file.isRotatable) {
      const reason = `${this.label} is no regular file with a path of its own, and is not rotated`
      if (isMainThread) notice('LOGSHARE_WARN_HANDLER', reason, `rotation of ${this.label}`)
      return undefined
    }
    const needed = (): Set<string> => findNeeded(file, otherMarks())
    const beforeRotate = (): void => this.#sync.now()
    return new Rotation({ file, rotate, label: this.label, unmarked, needed, beforeRotate })
  }

  // The rest of a partly written line follows in the same file. In another one, the line is written from its start.
  #takeOver(kept: Kept): void {
    this.#backlog.takeOver(kept)
    if (!kept.entries[0]?.done) return
    if (kept.inode === this.#file.inode) this.#file.continueLine()
    else this.#backlog.restart()
  }

  #reopened(): void {
    this.#backlog.restart()
    this.#rotation?.reset()
  }
}
