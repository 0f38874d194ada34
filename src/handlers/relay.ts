// Relay handler: forwards captured records to the root's main thread, where the adapters' `relay.ts` write them.
//
// Records of our own loggers have no logger in another library: without other handlers, they go to the console. Records
// that the root's own libraries logged are ignored: those libraries have written them already.

import { Kind } from '../queue/frame.js'
import { isCaptured } from './batch.js'
import type { Delivery, Handler, HandlerContext } from './handler.js'

export function createRelayHandler(
  { relays, prints }: { readonly relays: boolean; readonly prints: boolean },
  context: HandlerContext,
): Handler {
  const console = prints ? createConsole(context) : undefined
  const print = (records: readonly Delivery[]): void => {
    const own = records.filter(({ kind }) => kind === Kind.RECORD || kind === Kind.REPORT)
    if (console && own.length > 0) console.write(own)
  }
  const relay = (captured: readonly Delivery[]): void => {
    if (relays && captured.length > 0) context.send(captured)
  }
  return {
    ...console,
    label: 'relay',
    accepts: undefined,
    acceptsDeferred: true,
    write(records) {
      print(records)
      relay(records.filter(isCaptured))
    },
    writeBatch(batch) {
      if (prints) print(batch.records())
      relay(batch.captured())
    },
    pass(wish) {
      if (relays) context.send([wish])
    },
  }
}

function createConsole(context: HandlerContext): Handler {
  const { createConsoleHandler } = require('./console.js') as typeof import('./console.js')
  return createConsoleHandler({ type: 'console' }, context)
}

/** The record's JSON line. */
export function lineOf({ buffer, start, end }: Delivery): string {
  return buffer.toString('utf8', start, end)
}

/** The record's JSON line, then a line feed and what an adapter appended, if anything. */
export function lineWithExtra({ buffer, start, end, extraEnd = end }: Delivery): string {
  return buffer.toString('utf8', start, extraEnd)
}
