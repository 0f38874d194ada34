// From a handler's options to the handler: add a line here for a new type.

import { notice, reasonOf } from '../core/notice.js'
import type { HandlerOptions } from '../core/options.js'
import type { Handler, Mark } from './handler.js'
import type { Send } from './relay.js'

/**
 * The handlers that can be opened; one that cannot is told and left out, because by now nobody is there to throw at.
 * `marks` are those of a listener before us.
 */
export function createHandlers(
  all: readonly HandlerOptions[],
  send: Send,
  marks: readonly Mark[],
): Handler[] {
  return all.flatMap((options) => {
    try {
      return [createHandler(options, send, marks)]
    } catch (error) {
      notice('LOGSHARE_WARN_HANDLER', `records do not reach a handler: ${reasonOf(error)}`)
      return []
    }
  })
}

/** Throws `LOGSHARE_ERR_HANDLER`. Each type's code is loaded when a handler of it is wanted. */
export function createHandler(
  options: HandlerOptions,
  send: Send,
  marks: readonly Mark[] = [],
): Handler {
  switch (options.type) {
    case 'file': {
      const { createFileHandler } = require('./file.js') as typeof import('./file.js')
      return createFileHandler(
        options,
        marks.find(({ path }) => path === options.path),
      )
    }
    case 'console': {
      const { createConsoleHandler } = require('./console.js') as typeof import('./console.js')
      return createConsoleHandler(options)
    }
    case 'relay': {
      const { createRelayHandler } = require('./relay.js') as typeof import('./relay.js')
      return createRelayHandler(options, send)
    }
  }
}
