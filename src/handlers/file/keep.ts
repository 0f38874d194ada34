// Keep: chooses the rotated files to delete, by the option `rotate.keep`.

import { statSync } from 'node:fs'
import type { KeepOptions } from '../../config/rotate.js'
import { wallNow } from '../../core/originals.js'
import type { OldFile } from './names.js'

const NOTHING = { size: 0, mtimeMs: Number.POSITIVE_INFINITY }

/**
 * The files to delete: those beyond `count`, older than `age` (ms) or beyond `total` (bytes), counted from the newest.
 * `files` are oldest first; `options` must have been checked (`config/rotate.ts`). Unset limits are infinite.
 */
export function chooseSurplus(files: readonly OldFile[], options: KeepOptions): OldFile[] {
  const { count = Number.POSITIVE_INFINITY, age, total = Number.POSITIVE_INFINITY } = options
  const since = age === undefined ? 0 : wallNow() - Number(age)
  let seen = 0
  let bytes = 0
  return files.toReversed().filter((file) => {
    const { size, mtimeMs } = measure(file)
    seen++
    bytes += size
    return seen > count || bytes > Number(total) || mtimeMs < since
  })
}

function measure({ path, forms }: OldFile): { readonly size: number; readonly mtimeMs: number } {
  let size = 0
  let mtimeMs = NOTHING.mtimeMs
  for (const form of forms) {
    const stats = statSync(`${path}${form}`, { throwIfNoEntry: false }) ?? NOTHING
    size += stats.size
    mtimeMs = Math.min(mtimeMs, stats.mtimeMs)
  }
  return { size, mtimeMs }
}
