// Pieces: where the records are that a listener before us may have written behind its mark.
//
// That is the end of the log file, or, when it was put aside since (by us or by logrotate, and perhaps more than once),
// the end of the file that was the log then, and all that was written later.

import { readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { Mark, HandlerContext } from '../handler.js'
import type { LogFile } from './logfile.js'

/** Bytes that a listener before us may have written without having told. */
const UNMARKED = 4 * 2 ** 20

/** The end of a file that was put aside. */
export interface Piece {
  readonly path: string
  readonly from: number
}

export interface Pieces {
  /** Where in the log file itself. */
  readonly from: number
  /** Oldest first. */
  readonly aside: readonly Piece[]
  /** Where all of it begins: a next successor has to compare from there, too. */
  readonly start: Mark
}

/** Without a mark (threads alone have no runtime directory to keep it in) a few batches are compared. */
export function findPieces(file: LogFile, { marks, isSuccessor }: HandlerContext): Pieces {
  const { path, inode, size } = file
  const mark = marks.find((each) => each.path === path)
  if (!mark) return isSuccessor ? findLast(file) : cut(file, size, [])
  if (mark.inode === inode) return cut(file, mark.size > size ? 0 : mark.size, [])
  const others = listOthers(file)
  const marked = others.find(({ stats }) => String(stats.ino) === mark.inode)
  if (!marked) return cut(file, size, [])
  const since = others.filter(
    (each) => each !== marked && each.stats.mtimeMs >= marked.stats.mtimeMs,
  )
  const aside = since.map((each) => ({ path: each.path, from: 0 }))
  return cut(file, 0, [{ path: marked.path, from: mark.size }, ...aside], mark)
}

/** The inodes of files with which somebody may still have to compare who goes on from one of the marks. */
export function findNeeded(file: LogFile, marks: readonly Mark[]): Set<string> {
  const needed = marks.filter(({ path }) => path === file.path).map(({ inode }) => inode)
  if (needed.length === 0 || needed.every((inode) => inode === file.inode)) return new Set(needed)
  const others = listOthers(file)
  const first = others.findIndex(({ stats }) => needed.includes(String(stats.ino)))
  const since = first < 0 ? [] : others.slice(first).map(({ stats }) => String(stats.ino))
  return new Set([...needed, ...since, file.inode])
}

function findLast(file: LogFile): Pieces {
  const { size } = file
  const aside: Piece[] = []
  let left = UNMARKED - size
  let start: Mark | undefined
  for (const { path, stats } of left > 0 ? listOthers(file).reverse() : []) {
    if (left <= 0) break
    const from = Math.max(0, stats.size - left)
    aside.unshift({ path, from })
    start = { path: file.path, inode: String(stats.ino), size: from }
    left -= stats.size
  }
  return cut(file, Math.max(0, size - UNMARKED), aside, start)
}

function cut(
  { path, inode }: LogFile,
  from: number,
  aside: readonly Piece[],
  start?: Mark,
): Pieces {
  return { from, aside, start: start ?? { path, inode, size: from } }
}

// Files of the folder that may have been the log before, oldest first.
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
