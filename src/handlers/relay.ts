// The relay handler: gives records back to the application's own loggers on the root's main thread.
//
// What an adapter captured goes to the root's logger of the same identity; a record of our own loggers has no such
// counterpart and goes to the console. What the root's own libraries have logged they have written themselves.

import type { RelayHandlerOptions } from '../config/options.js'
import { Kind } from '../queue/frame.js'
import { createConsoleHandler } from './console.js'
import { createFilter } from './filter.js'
import type { Delivery, Handler, Surroundings } from './handler.js'

export function createRelayHandler(options: RelayHandlerOptions, place: Surroundings): Handler {
  const console = createConsoleHandler({ type: 'console' }, place)
  return {
    ...console,
    label: 'relay',
    accepts: createFilter(options),
    takesBare: true,
    write(records) {
      const own = records.filter(({ kind }) => kind === Kind.RECORD || kind === Kind.REPORT)
      const adapted = records.filter(({ kind }) => kind === Kind.ADAPTED || kind === Kind.DEFERRED)
      if (own.length > 0) console.write(own)
      if (adapted.length > 0) place.send(adapted)
    },
  }
}

export function lineOf({ buffer, start, end }: Delivery): string {
  return buffer.toString('utf8', start, end)
}

/** The line with what an adapter has put behind it. */
export function wholeOf({ buffer, start, end, extraEnd = end }: Delivery): string {
  return buffer.toString('utf8', start, extraEnd)
}
