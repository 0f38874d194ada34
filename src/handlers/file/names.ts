// Names: makes the names of rotated files and finds the rotated files of a log in its directory.
//
//   app.log  →  app.2026-11-22.1.log, app.2026-11-22.2.log, …
//
// A rotated file keeps its name: a rotation is one rename and touches no other file.

import { readdirSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { PLACEHOLDER } from '../../config/rotate.js'
import { RealDate } from '../../core/originals.js'

const MINUTE = 60_000
const DAY = 86_400_000
const DATE = '\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}-\\d{2}(?:-\\d{2})?)?'
/** Extension of a file whose compression is not finished. */
export const DRAFT = '.gz.tmp'

export interface OldFile {
  /** Path without `.gz`. */
  readonly path: string
  readonly date: string
  readonly index: number
  /** Which files exist: '' (plain), '.gz' (compressed), '.gz.tmp' (compression not finished). */
  readonly forms: readonly string[]
}

export interface NamesOptions {
  /** With the placeholders `{name}`, `{date}`, `{index}`, `{ext}`. */
  readonly pattern: string
  /** Rotation interval (ms). Below a day the date includes the time: minutes, or seconds below a minute. */
  readonly interval: number | undefined
  /** Whether dates are in UTC instead of local time. */
  readonly utc: boolean
}

export class Names {
  readonly #options: NamesOptions

  constructor(options: NamesOptions) {
    this.#options = options
  }

  /**
   * The next name for a log file whose first record is of time `began` (ms since the epoch). Sorting by date and index
   * gives the order of age, even if the clock was set back.
   */
  next(log: string, began: number): string {
    const last = this.list(log).at(-1)
    const today = this.#options.pattern.includes('{date}') ? this.#date(began) : ''
    const date = last && last.date > today ? last.date : today
    const index = last?.date === date ? last.index + 1 : 1
    return join(dirname(log), this.#fill(log, date, index))
  }

  /** The rotated files of a log, oldest first. */
  list(log: string): OldFile[] {
    const matcher = this.#matcher(log)
    const found = new Map<string, OldFile>()
    for (const name of readdirSync(dirname(log))) {
      const groups = matcher.exec(name)?.groups
      if (!groups?.index) continue
      const { whole = '', date = '', form = '' } = groups
      const path = join(dirname(log), whole)
      const forms = [...(found.get(path)?.forms ?? []), form]
      found.set(path, { path, date, index: Number(groups.index), forms })
    }
    return [...found.values()].sort(byAge)
  }

  #fill(log: string, date: string, index: number): string {
    const ext = extname(log)
    const values: Record<string, string> = {
      name: basename(log, ext),
      date,
      index: `${index}`,
      ext,
    }
    return this.#options.pattern.replace(PLACEHOLDER, (_, key: string) => values[key] ?? '')
  }

  #matcher(log: string): RegExp {
    const ext = extname(log)
    const values: Record<string, string> = {
      name: literal(basename(log, ext)),
      date: `(?<date>${DATE})`,
      index: '(?<index>\\d+)',
      ext: literal(ext),
    }
    const parts = this.#options.pattern.split(PLACEHOLDER)
    const pattern = parts.map((part, at) => (at % 2 === 0 ? literal(part) : values[part])).join('')
    return new RegExp(`^(?<whole>${pattern})(?<form>|\\.gz|\\.gz\\.tmp)$`)
  }

  #date(time: number): string {
    const { interval = DAY, utc } = this.#options
    const shift = utc ? 0 : new RealDate(time).getTimezoneOffset() * MINUTE
    const text = new RealDate(time - shift).toISOString().replaceAll(':', '-')
    return text.slice(0, interval >= DAY ? 10 : interval >= MINUTE ? 16 : 19)
  }
}

function byAge(a: OldFile, b: OldFile): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1
  return a.index - b.index
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&')
}
