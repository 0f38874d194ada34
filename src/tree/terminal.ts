// Terminal: prints records of our own loggers on this thread's stdout, within the call, where no handler takes them.

import { process, setImmediate } from '../core/originals.js'
import type { Format } from '../handlers/lines.js'
import { type FrameHead, Kind } from '../queue/frame.js'
import type { QueueWriter } from '../queue/queue.js'

const soon = setImmediate

export class TerminalWriter implements QueueWriter {
  readonly #queue: QueueWriter
  readonly #isRead: () => boolean
  readonly #isCounted: boolean
  #format: ((line: string) => string) | undefined

  /**
   * All other records go into `queue`; ours too, to be copied, while `isRead` says that something reads them there, or if
   * they are only counted there.
   */
  constructor(queue: QueueWriter, isRead: () => boolean, isCounted = false) {
    this.#queue = queue
    this.#isRead = isRead
    this.#isCounted = isCounted
  }

  write(head: FrameHead, text: string, vital?: boolean): boolean {
    if (head.kind !== Kind.RECORD && head.kind !== Kind.REPORT)
      return this.#queue.write(head, text, vital)
    this.#print(text)
    const isRead = this.#isRead()
    if (!isRead && !this.#isCounted) return true
    return this.#queue.write({ ...head, kind: Kind.COPY }, text, vital) || !isRead
  }

  close(): void {
    this.#queue.close()
  }

  #print(line: string): void {
    this.#format ??= createFormat()
    print(`${this.#format(line)}\n`)
  }
}

// Loaded with the first record that is printed.
function createFormat(): (line: string) => string {
  const { formatOf } = require('../handlers/console.js') as typeof import('../handlers/console.js')
  const { parseLine } = require('../handlers/lines.js') as typeof import('../handlers/lines.js')
  const format: Format | undefined = formatOf({}, 1)
  return format ? (line) => format(parseLine(line)) : (line) => line
}

// When the reading end of a pipe has closed, the text is lost and the program goes on. The stream calls back with the error
// and then emits it, some ticks later. It gives the same error to writes that waited behind the one that failed: if that was
// the application's, the error ends it as without logshare.
function print(text: string): void {
  const { stdout } = process
  try {
    const isFirst = stdout.writableLength === 0 && !stdout.errored
    stdout.write(text, (error) => {
      if (!error || !isFirst || stdout.listenerCount('error') > 0) return
      stdout.once('error', ignore)
      soon(() => stdout.removeListener('error', ignore))
    })
  } catch {
    // A file that cannot be written, or a `write` that the application has put in its place, and that throws.
  }
}

function ignore(): void {}
