// Archive: the rotated files of one log; it deletes surplus ones and compresses the others.
//
// After a takeover the new listener compares records with what was written after the last mark. That may be in files
// that were rotated since. Such files are "unmarked": they are not compressed or deleted until a later mark is saved.

import { statSync } from 'node:fs'
import { DEFAULT_PATTERN, type RotateOptions } from '../../config/rotate.js'
import { notice, reasonOf } from '../../core/notice.js'
import { removeFile } from '../../core/remove.js'
import { compress } from './gzip.js'
import { chooseSurplus } from './keep.js'
import { DRAFT, Names, type OldFile } from './names.js'

export class Archive {
  readonly #options: RotateOptions
  readonly #label: string
  readonly #names: Names
  readonly #unmarked = new Set<string>()
  // Files whose compression failed. Tried again after the next rotation.
  readonly #failed = new Set<string>()
  // The unmarked files at the latest `mark`.
  #marked: string[] = []
  #compressing: { readonly path: string; readonly abort: AbortController } | undefined
  #log = ''
  // Inodes of files that listeners of other runtime directories may still compare with.
  #needed: ReadonlySet<string> = new Set()
  #closed = false

  /** `label` names the handler in warnings. */
  constructor(options: RotateOptions, label: string) {
    const { pattern = DEFAULT_PATTERN, interval, utc = false } = options
    this.#options = options
    this.#label = label
    const time = interval === undefined ? undefined : Number(interval)
    this.#names = new Names({ pattern, interval: time, utc })
  }

  /**
   * Takes over the files of earlier runs and removes unfinished compressions. `unmarked`: paths of files that the
   * previous listener rotated after its last mark. `needed`: inodes of files that must not be changed.
   */
  open(log: string, unmarked: readonly string[], needed: ReadonlySet<string>): void {
    this.#log = log
    this.#needed = needed
    for (const path of unmarked) this.#unmarked.add(path)
    this.#guard(() => {
      for (const { path, forms } of this.#names.list(log)) {
        if (forms.includes(DRAFT)) removeFile(`${path}${DRAFT}`)
      }
    })
    this.clean()
  }

  /** The next rotated name for a log file: its resolved path, and its first record's time (ms since the epoch). */
  next(log: string, began: number): string {
    this.#log = log
    return this.#names.next(log, began)
  }

  /** Called after a file was rotated to `path`. */
  add(path: string): void {
    this.#unmarked.add(path)
    this.#failed.clear()
    this.clean()
  }

  /** Called when a mark is taken that covers all files rotated so far. */
  mark(): void {
    this.#marked = [...this.#unmarked]
  }

  /** Called when the latest mark is saved: its files may be compressed and deleted. */
  checkpointSaved(): void {
    if (this.#marked.length === 0) return
    for (const path of this.#marked.splice(0)) this.#unmarked.delete(path)
    this.clean()
  }

  /** Deletes surplus files and starts to compress the others. */
  clean(): void {
    this.#guard(() => {
      const { keep, compress: isCompressed } = this.#options
      let files = this.#names.list(this.#log)
      if (keep !== undefined) {
        const options = typeof keep === 'number' ? { count: keep } : keep
        const surplus = chooseSurplus(files, options).filter(({ path }) => !this.#isNeeded(path))
        for (const file of surplus) this.#remove(file)
        files = files.filter((file) => !surplus.includes(file))
      }
      if (isCompressed) this.#compressNext(files)
    })
  }

  /** Aborts a running compression; its file stays as it was. */
  close(): void {
    this.#closed = true
    this.#compressing?.abort.abort()
    if (this.#compressing) removeFile(`${this.#compressing.path}${DRAFT}`)
  }

  #remove({ path, forms }: OldFile): void {
    if (this.#compressing?.path === path) this.#compressing.abort.abort()
    for (const form of forms) removeFile(`${path}${form}`)
  }

  // One file at a time, the oldest first.
  #compressNext(files: readonly OldFile[]): void {
    if (this.#compressing || this.#closed) return
    const next = files.find(({ path, forms }) => forms.includes('') && !this.#isSkipped(path))
    if (!next) return
    const { path } = next
    const abort = new AbortController()
    this.#compressing = { path, abort }
    compress(path, abort.signal)
      .catch((error: unknown) => this.#compressFailed(path, abort.signal, error))
      .then(() => {
        this.#compressing = undefined
        if (!this.#closed) this.clean()
      })
  }

  #isSkipped(path: string): boolean {
    return this.#failed.has(path) || this.#isNeeded(path)
  }

  #isNeeded(path: string): boolean {
    if (this.#unmarked.has(path)) return true
    if (this.#needed.size === 0) return false
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats !== undefined && this.#needed.has(String(stats.ino))
  }

  // An abort is not a failure: the file was deleted meanwhile, or the archive closed. Then the draft may be a successor's by now.
  #compressFailed(path: string, { aborted }: AbortSignal, error: unknown): void {
    if (this.#closed) return
    removeFile(`${path}${DRAFT}`)
    if (aborted) return
    this.#failed.add(path)
    this.#warn(error)
  }

  #guard(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#warn(error)
    }
  }

  #warn(error: unknown): void {
    const reason = `${this.#label}: cannot delete or compress rotated files: ${reasonOf(error)}`
    notice('LOGSHARE_WARN_HANDLER', reason, `old files of ${this.#label}`)
  }
}
