// Archive: the old files of one log, from the moment they are put aside.
//
// A listener that goes on after this one compares what it is given with what stands behind the last mark, which may be in
// a file that was put aside since. Those files are fresh: neither compressed nor removed before a mark is noted that is
// behind them.

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
  readonly #fresh = new Set<string>()
  // Those that could not be compressed, until the next rotation.
  readonly #refused = new Set<string>()
  #marked: string[] = []
  #compressing: { readonly path: string; readonly abort: AbortController } | undefined
  #log = ''
  #needed: ReadonlySet<string> = new Set()
  #closed = false

  constructor(options: RotateOptions, label: string) {
    const { pattern = DEFAULT_PATTERN, interval, utc = false } = options
    this.#options = options
    this.#label = label
    const time = interval === undefined ? undefined : Number(interval)
    this.#names = new Names({ pattern, interval: time, utc })
  }

  /**
   * Takes over what is there of earlier runs; `fresh`: what a listener before us has put aside behind its mark; `needed`:
   * inodes of files that are to stay as they are.
   */
  open(log: string, fresh: readonly string[], needed: ReadonlySet<string>): void {
    this.#log = log
    this.#needed = needed
    for (const path of fresh) this.#fresh.add(path)
    this.#guard(() => {
      for (const { path, forms } of this.#names.list(log)) {
        if (forms.includes(DRAFT)) removeFile(`${path}${DRAFT}`)
      }
    })
    this.tidy()
  }

  /** The name for a log file, its path without links, that began at a time. */
  next(log: string, began: number): string {
    this.#log = log
    return this.#names.next(log, began)
  }

  /** A file was put aside. */
  add(path: string): void {
    this.#fresh.add(path)
    this.#refused.clear()
    this.tidy()
  }

  /** A mark was taken that is behind all there is now. */
  mark(): void {
    this.#marked = [...this.#fresh]
  }

  /** The mark that was taken last is noted. */
  checkpointSaved(): void {
    if (this.#marked.length === 0) return
    for (const path of this.#marked.splice(0)) this.#fresh.delete(path)
    this.tidy()
  }

  /** Removes what is too much, and has what is left compressed. */
  tidy(): void {
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

  /** What is being compressed is left as it was. */
  close(): void {
    this.#closed = true
    this.#compressing?.abort.abort()
    if (this.#compressing) removeFile(`${this.#compressing.path}${DRAFT}`)
  }

  #remove({ path, forms }: OldFile): void {
    if (this.#compressing?.path === path) this.#compressing.abort.abort()
    for (const form of forms) removeFile(`${path}${form}`)
  }

  // One at a time, the oldest first; the next when it is done.
  #compressNext(files: readonly OldFile[]): void {
    if (this.#compressing || this.#closed) return
    const next = files.find(({ path, forms }) => forms.includes('') && !this.#isLeft(path))
    if (!next) return
    const { path } = next
    const abort = new AbortController()
    this.#compressing = { path, abort }
    compress(path, abort.signal)
      .catch((error: unknown) => this.#failed(path, abort.signal, error))
      .then(() => {
        this.#compressing = undefined
        if (!this.#closed) this.tidy()
      })
  }

  #isLeft(path: string): boolean {
    return this.#refused.has(path) || this.#isNeeded(path)
  }

  #isNeeded(path: string): boolean {
    if (this.#fresh.has(path)) return true
    if (this.#needed.size === 0) return false
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats !== undefined && this.#needed.has(String(stats.ino))
  }

  // What was removed meanwhile is no loss.
  #failed(path: string, { aborted }: AbortSignal, error: unknown): void {
    removeFile(`${path}${DRAFT}`)
    if (aborted) return
    this.#refused.add(path)
    this.#tell(error)
  }

  #guard(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#tell(error)
    }
  }

  #tell(error: unknown): void {
    const reason = `${this.#label}: old files stay as they are: ${reasonOf(error)}`
    notice('LOGSHARE_WARN_HANDLER', reason, `old files of ${this.#label}`)
  }
}
