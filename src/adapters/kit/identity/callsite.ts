// Call site: the file, line and column where the application creates a logger (winston).
//
// winston's loggers have no name, so they are told apart by the line that creates them: the same call site in two processes
// means the same logger. For other libraries the file is enough: callers.ts.

import { join } from 'node:path'
import { withKnownName } from '../hook/alias.js'

/** The directory of this package's code (in bundles, too), whose stack frames are not the application's. */
export const OWN_DIRECTORY: string = join(__dirname, '../../..')

export interface CallSite {
  readonly file: string
  /** `file:line:column`. */
  readonly spot: string
}

const FRAME = /^\s+at (?:.*? \()?(?:file:\/\/)?(.+?):(\d+):(\d+)\)?$/
const MAX_FRAMES = 30

/**
 * The nearest call site outside Node, logshare, shimmer and the files that `library` matches. Undefined if there is none,
 * as in the REPL.
 */
export function callerPlace(library: RegExp): CallSite | undefined {
  for (const line of stackLines()) {
    const [, file, row, column] = FRAME.exec(line) ?? []
    if (file === undefined || file.startsWith('node:') || isOwn(file)) continue
    if (library.test(withKnownName(file))) continue
    return { file, spot: `${file}:${row}:${column}` }
  }
  return undefined
}

/** Whether any of the nearest frames of the current stack is in a file that `library` matches. */
export function isCalledFrom(library: RegExp, frames: number = MAX_FRAMES): boolean {
  return stackLines(frames).some((line) => library.test(line))
}

function stackLines(frames: number = MAX_FRAMES): readonly string[] {
  const limit = Error.stackTraceLimit
  try {
    Error.stackTraceLimit = frames
    return String(new Error('here').stack).split('\n').slice(1)
  } finally {
    Error.stackTraceLimit = limit
  }
}

function isOwn(file: string): boolean {
  return file.startsWith(OWN_DIRECTORY) || file.includes('/node_modules/shimmer/')
}
