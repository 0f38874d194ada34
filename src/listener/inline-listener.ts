// Inline listener: the listener with its handlers, as it is made on the root's main thread.

import { levelName } from '../core/level.js'
import {
  checkHandler,
  createHandler,
  createHandlers,
  createRelay,
  needsThread,
} from '../handlers/create.js'
import type { Handler, HandlerContext } from '../handlers/handler.js'
import { lineWithExtra } from '../handlers/relay.js'
import { readOtherMarks } from './checkpoint.js'
import type { InlineOptions } from './inline.js'
import { Listener } from './listener.js'

/** Throws `LOGSHARE_ERR_HANDLER` if a handler cannot be opened, unless it is a takeover. */
export function createInlineListener(options: InlineOptions): Listener {
  const { settings, counters, ledger, dropped, memory } = options
  const { limit, wait } = settings.overflow
  const { window } = settings.order
  const { lifecycle } = settings
  const common = { window, wait, limit, lifecycle, counters, ledger, dropped }
  const handlers = openHandlers(options)
  const listener = new Listener({ ...common, handlers })
  listener.sources.addRing(memory)
  return listener
}

function openHandlers({ settings, take, dropped, marks, kept }: InlineOptions): readonly Handler[] {
  const { limit, policy, wait } = settings.overflow
  const context: HandlerContext = {
    send: (records) => take('relay', records.map(lineWithExtra)),
    marks: marks ?? [],
    otherMarks: () => readOtherMarks(undefined),
    isSuccessor: marks !== undefined,
    limit,
    policy,
    wait,
    isOwnThread: false,
    dropped: (source, level, count) => dropped({ [source]: { [levelName(level)]: count } }),
    progressed() {},
  }
  if (marks) return createHandlers(settings, context, kept)
  for (const options of settings.handlers) checkHandler(options)
  const here = settings.handlers.filter((options) => !needsThread(options))
  return [...here.map((options) => createHandler(options, context)), createRelay(settings, context)]
}
