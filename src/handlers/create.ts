// From a handler's options to the handler: add a line here for a new type.

import type { HandlerOptions } from '../core/options.js'
import type { Handler, Mark } from './handler.js'
import type { Send } from './relay.js'

/** `marks` are those of a listener before us. Each type's code is loaded when a handler of it is wanted. */
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
