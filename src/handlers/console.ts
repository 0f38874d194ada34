// The console handler: lines on the process's own stdout or stderr, pretty for people and JSON for programs.

import { isatty, WriteStream } from 'node:tty'
import type { ConsoleHandlerOptions } from '../core/options.js'
import { createPretty } from '../formatters/pretty.js'
import { createFilter, type Delivery, type Handler } from './handler.js'
import { Lines } from './lines.js'
import { writeFully } from './output.js'

export function createConsoleHandler(options: ConsoleHandlerOptions): Handler {
  return new ConsoleHandler(options)
}

class ConsoleHandler implements Handler {
  readonly label: string
  readonly accepts: ((record: Delivery) => boolean) | undefined
  readonly #fd: number
  readonly #lines: Lines
  #closed = false

  constructor({ stream = 'stdout', format = 'auto', ...options }: ConsoleHandlerOptions) {
    this.label = `console ${stream}`
    this.accepts = createFilter(options)
    this.#fd = stream === 'stdout' ? 1 : 2
    const pretty = format === 'pretty' || (format === 'auto' && isatty(this.#fd))
    this.#lines = new Lines(pretty ? createPretty({ colors: hasColors(this.#fd) }) : undefined)
  }

  // A reader that has gone (`app | head -1`) ends the writing, not the process.
  write(records: readonly Delivery[]): void {
    if (this.#closed) return
    try {
      writeFully(this.#fd, this.#lines.join(records))
    } catch (error) {
      if (!isClosed(error)) throw error
      this.#closed = true
    }
  }
}

function isClosed(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return ['EPIPE', 'EBADF', 'ECONNRESET', 'EIO'].includes(code)
}

// NO_COLOR, FORCE_COLOR, NODE_DISABLE_COLORS and TERM, as Node itself reads them.
function hasColors(fd: number): boolean {
  if (!isatty(fd) && process.env.FORCE_COLOR === undefined) return false
  return WriteStream.prototype.getColorDepth(process.env) > 2
}
