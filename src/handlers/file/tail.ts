// Tail: finds the parts of log files that the previous listener may have written after its last mark.
//
// That is the end of the log file. If the file was rotated since, by us or by logrotate and perhaps more than once, it
// is the end of the file that was the log then, and everything written later.

import { readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { HandlerContext, Mark } from '../handler.js'
import type { LogFile } from './logfile.js'

/** Bytes compared without a mark: a previous listener may have written this much since it last released its queues. */
const UNMARKED = 4 * 2 ** 20

/** A rotated file from an offset to its end. */
export interface RotatedPart {
  readonly path: string
  readonly from: number
}

export interface Tail {
  /** Offset in the current log file. */
  readonly from: number
  /** Oldest first. */
  readonly rotated: readonly RotatedPart[]
  /** Where the whole tail begins: another takeover has to compare from there too. */
  readonly start: Mark
}

/** Without a mark (an application with threads only has no runtime directory) the last 4 MiB are compared. */
export function findTail(file: LogFile, { marks, isSuccessor }: HandlerContext): Tail {
  const { path, inode, size } = file
  if (!file.isRegular) return tailFrom(file, 0, [])
  const mark = marks.find((each) => each.path === path)
  if (!mark) return isSuccessor ? findLast(file) : tailFrom(file, size, [])
  if (mark.inode === inode) return tailFrom(file, mark.size > size ? 0 : mark.size, [])
  const others = listOthers(file)
  const marked = others.find(({ stats }) => String(stats.ino) === mark.inode)
  if (!marked) return tailFrom(file, size, [])
  const since = others.filter(
    (each) => each !== marked && each.stats.mtimeMs >= marked.stats.mtimeMs,
  )
  const rotated = since.map((each) => ({ path: each.path, from: 0 }))
  return tailFrom(file, 0, [{ path: marked.path, from: mark.size }, ...rotated], mark)
}

/** Inodes of the files that a listener which resumes from one of `marks` has to compare with. */
export function findNeeded(file: LogFile, marks: readonly Mark[]): Set<string> {
  const needed = marks.filter(({ path }) => path === file.path).map(({ inode }) => inode)
  if (needed.length === 0 || needed.every((inode) => inode === file.inode)) return new Set(needed)
  const others = listOthers(file)
  const first = others.findIndex(({ stats }) => needed.includes(String(stats.ino)))
  const since = first < 0 ? [] : others.slice(first).map(({ stats }) => String(stats.ino))
  return new Set([...needed, ...since, file.inode])
}

function findLast(file: LogFile): Tail {
  const { size } = file
  const rotated: RotatedPart[] = []
  let left = UNMARKED - size
  let start: Mark | undefined
  for (const { path, stats } of left > 0 ? listOthers(file).reverse() : []) {
    if (left <= 0) break
    const from = Math.max(0, stats.size - left)
    rotated.unshift({ path, from })
    start = { path: file.path, inode: String(stats.ino), size: from }
    left -= stats.size
  }
  return tailFrom(file, Math.max(0, size - UNMARKED), rotated, start)
}

function tailFrom(
  { path, inode }: LogFile,
  from: number,
  rotated: readonly RotatedPart[],
  start?: Mark,
): Tail {
  return { from, rotated, start: start ?? { path, inode, size: from } }
}

// Files in the directory that may have been the log file before, oldest first.
function listOthers(file: LogFile): { readonly path: string; readonly stats: Stats }[] {
  const { target } = file
  const stem = basename(target, extname(target))
  return readdirSync(dirname(target))
    .filter((name) => name.startsWith(stem) && !/\.gz(?:\.tmp)?$/.test(name))
    .map((name) => join(dirname(target), name))
    .filter((path) => path !== target)
    .flatMap((path) => {
      const stats = statSync(path, { throwIfNoEntry: false })
      return stats?.isFile() ? [{ path, stats }] : []
    })
    .sort((a, b) => a.stats.mtimeMs - b.stats.mtimeMs)
}
