// The file handler: appends lines to one file, which nobody else of the application opens.

import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { LogshareError } from '../core/errors.js'
import { reasonOf } from '../core/notice.js'
import type { FileHandlerOptions } from '../core/options.js'
import { createPretty } from '../formatters/pretty.js'
import { createFilter, type Delivery, type Handler } from './handler.js'
import { Lines } from './lines.js'
import { writeFully } from './output.js'

/** Opens the file at once, its directories made if need be; throws `LOGSHARE_ERR_HANDLER` if that fails. */
export function createFileHandler(options: FileHandlerOptions): Handler {
  return new FileHandler(options)
}

class FileHandler implements Handler {
  readonly label: string
  readonly accepts: ((record: Delivery) => boolean) | undefined
  readonly #lines: Lines
  readonly #fd: number

  constructor(options: FileHandlerOptions) {
    this.label = `file ${options.path}`
    this.accepts = createFilter(options)
    this.#lines = new Lines(
      options.format === 'pretty' ? createPretty({ colors: false }) : undefined,
    )
    this.#fd = open(options.path)
  }

  write(records: readonly Delivery[]): void {
    writeFully(this.#fd, this.#lines.join(records))
  }

  close(): void {
    try {
      fsyncSync(this.#fd)
    } catch {
      // A pipe or a device has nothing to synchronise.
    }
    closeSync(this.#fd)
  }
}

function open(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'a')
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_HANDLER', `file handler: ${reasonOf(cause)}`, { cause })
  }
}
