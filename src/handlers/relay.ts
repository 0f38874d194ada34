// The relay handler: gives records back to the application's own loggers on the root's main thread.
//
// What an adapter captured goes to the root's logger of the same identity; a record of our own loggers has no such
// counterpart and goes to the console. What the root's own libraries have logged they have written themselves.

import type { RelayHandlerOptions } from '../core/options.js'
import { Kind } from '../queue/frame.js'
import { createConsoleHandler } from './console.js'
import { createFilter, type Delivery, type Handler } from './handler.js'

/** Takes lines to the root's main thread; returns when they are on their way. */
export type Send = (lines: readonly string[]) => void

export function createRelayHandler(options: RelayHandlerOptions, send: Send): Handler {
  const console = createConsoleHandler({ type: 'console' })
  return {
    label: 'relay',
    accepts: createFilter(options),
    write(records) {
      const own = records.filter((record) => record.kind === Kind.RECORD)
      const adapted = records.filter((record) => record.kind === Kind.ADAPTED)
      if (own.length > 0) console.write(own)
      if (adapted.length > 0) send(adapted.map(lineOf))
    },
  }
}

export function lineOf({ buffer, start, end }: Delivery): string {
  return buffer.toString('utf8', start, end)
}
