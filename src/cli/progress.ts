// Progress: how far a long command has come, on a terminal, as one line that is written over again.

const PATIENCE = 1000
const PAUSE = 200
const CLEAR = '\r\x1b[K'

export interface Progress {
  readonly show: (done: number, size: number) => void
  /** Takes the line away, for other text or the end. */
  readonly clear: () => void
}

/** Shows nothing in the first second, nor where records are written to the same terminal. */
export function createProgress(): Progress {
  const isWanted = process.stderr.isTTY && !process.stdout.isTTY
  let next = performance.now() + PATIENCE
  let isShown = false
  return {
    show: (done, size) => {
      const now = performance.now()
      if (!isWanted || now < next) return
      next = now + PAUSE
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
