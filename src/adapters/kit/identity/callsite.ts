// Places: where in its code an application creates a logger. The same place in two processes means the same logger.

import { join } from 'node:path'

/** Where adapters are, whose own calls are not the application's. */
export const ADAPTERS: string = join(__dirname, '../..')

/** Where a logger was created. */
export interface Place {
  readonly file: string
  /** File, line and column. */
  readonly spot: string
}

const FRAME = /^\s+at (?:.*? \()?(?:file:\/\/)?(.+?):(\d+):(\d+)\)?$/
const DEPTH = 30

/** The first caller that is not of node nor in a file `inside` matches; undefined in the REPL and the like. */
export function callerPlace(inside: RegExp): Place | undefined {
  for (const line of callers()) {
    const [, file, row, column] = FRAME.exec(line) ?? []
    if (file === undefined || file.startsWith('node:') || isOurs(file) || inside.test(file))
      continue
    return { file, spot: `${file}:${row}:${column}` }
  }
  return undefined
}

/** Whether a file `inside` matches is the one that called the caller of this. */
export function isCalledFrom(inside: RegExp): boolean {
  return callers().some((line) => inside.test(line))
}

function callers(): readonly string[] {
  const limit = Error.stackTraceLimit
  try {
    Error.stackTraceLimit = DEPTH
    return String(new Error('here').stack).split('\n').slice(1)
  } finally {
    Error.stackTraceLimit = limit
  }
}

function isOurs(file: string): boolean {
  return file.startsWith(ADAPTERS) || file.includes('/node_modules/shimmer/')
}
