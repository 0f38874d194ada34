// Progress: shows how far a long command has got, as one line on the terminal that is overwritten.

import { performance } from 'node:perf_hooks'
import { process } from '../core/originals.js'

/** Time (ms) before the line is first shown, and between two updates. */
const DELAY = 1000
const INTERVAL = 200
const CLEAR = '\r\x1b[K'

export interface Progress {
  readonly show: (done: number, size: number) => void
  /** Erases the line. Call it before other text is written and at the end. */
  readonly clear: () => void
}

/** Shows nothing in the first second, or if stdout is a terminal, too. `done` and `size` are bytes. */
export function createProgress(): Progress {
  const isWanted = process.stderr.isTTY && !process.stdout.isTTY
  let next = performance.now() + DELAY
  let isShown = false
  return {
    show: (done, size) => {
      const now = performance.now()
      if (!isWanted || now < next) return
      next = now + INTERVAL
      isShown = true
      const of = size > 0 ? ` of ${megabytes(size)} (${Math.floor((done / size) * 100)} %)` : ''
      process.stderr.write(`${CLEAR}${megabytes(done)}${of}`)
    },
    clear: () => {
      if (isShown) process.stderr.write(CLEAR)
      isShown = false
    },
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`
}
