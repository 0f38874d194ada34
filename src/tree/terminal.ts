// Terminal: prints records of our own loggers on this thread's stdout, within the call, where no handler takes them.

import { formatOf } from '../handlers/console.js'
import { type Format, parseLine } from '../handlers/lines.js'
import { type FrameHead, Kind } from '../queue/frame.js'
import type { QueueWriter } from '../queue/queue.js'

export class TerminalWriter implements QueueWriter {
  readonly #queue: QueueWriter
  readonly #isRead: () => boolean
  #format: Format | undefined
  #isReady = false

  /** All other records go into `queue`; ours too, to be copied, while `isRead` says that something reads them there. */
  constructor(queue: QueueWriter, isRead: () => boolean) {
    this.#queue = queue
    this.#isRead = isRead
  }

  write(head: FrameHead, text: string, vital?: boolean): boolean {
    if (head.kind !== Kind.RECORD && head.kind !== Kind.REPORT)
      return this.#queue.write(head, text, vital)
    this.#print(text)
    return this.#isRead() ? this.#queue.write({ ...head, kind: Kind.COPY }, text, vital) : true
  }

  close(): void {
    this.#queue.close()
  }

  #print(line: string): void {
    if (!this.#isReady) this.#format = formatOf('auto', 1)
    this.#isReady = true
    print(`${this.#format ? this.#format(parseLine(line)) : line}\n`)
  }
}

// As `console.log` does: when the reading end of a pipe has closed, the text is lost and the program goes on.
function print(text: string): void {
  const { stdout } = process
  try {
    if (stdout.listenerCount('error') === 0) stdout.once('error', ignore)
    stdout.write(text, (error) => {
      const { _writableState } = stdout as { _writableState?: { readonly errorEmitted?: boolean } }
      if (!error || _writableState?.errorEmitted) return
      if (stdout.listenerCount('error') === 0) stdout.once('error', ignore)
    })
  } catch {
    // A `write` that the application has put in its place, and that throws.
  } finally {
    stdout.removeListener('error', ignore)
  }
}

function ignore(): void {}
