// From a handler's options to the handler: add a line here for a new type.

import type { HandlerOptions } from '../config/options.js'
import { notice, reasonOf } from '../core/notice.js'
import type { Handler, Surroundings } from './handler.js'

/** The handlers that can be opened; one that cannot is told and left out, because by now nobody is there to throw at. */
export function createHandlers(all: readonly HandlerOptions[], place: Surroundings): Handler[] {
  return all.flatMap((options) => {
    try {
      return [createHandler(options, place)]
    } catch (error) {
      const reason = reasonOf(error)
      notice('LOGSHARE_WARN_HANDLER', `records do not reach a handler: ${reason}`, reason)
      return []
    }
  })
}

/** Throws `LOGSHARE_ERR_HANDLER`. */
export function createHandler(options: HandlerOptions, place: Surroundings): Handler {
  const handler = open(options, place)
  if (!options.rate && !options.sample) return handler
  const { limit } = require('./limit.js') as typeof import('./limit.js')
  return limit(handler, options)
}

/** Whether its receiver answers later: such a handler cannot do its work within the application's calls, nor at its exit. */
export function needsThread({ type }: HandlerOptions): boolean {
  return type !== 'file' && type !== 'console' && type !== 'relay'
}

/** Throws `LOGSHARE_ERR_HANDLER` if a handler that lives in another thread could not be opened there. */
export function checkHandler(options: HandlerOptions): void {
  switch (options.type) {
    case 'module': {
      const { checkModule } = require('./module.js') as typeof import('./module.js')
      checkModule(options)
      break
    }
    case 'socket':
    case 'syslog': {
      const { readTls } = require('./network/receiver.js') as typeof import('./network/receiver.js')
      const { address = '', tls } = options
      if (address.startsWith('tls:')) readTls({ address, tls }, '')
      break
    }
    case 'otlp': {
      const { checkOtlp } = require('./otlp/handler.js') as typeof import('./otlp/handler.js')
      checkOtlp(options)
      break
    }
    case 'jetstream': {
      const { checkNats } =
        require('./jetstream/connection.js') as typeof import('./jetstream/connection.js')
      checkNats()
    }
  }
}

// Each type's code is loaded when a handler of it is wanted.
function open(options: HandlerOptions, place: Surroundings): Handler {
  switch (options.type) {
    case 'file': {
      const { createFileHandler } =
        require('./file/handler.js') as typeof import('./file/handler.js')
      return createFileHandler(options, place)
    }
    case 'console': {
      const { createConsoleHandler } = require('./console.js') as typeof import('./console.js')
      return createConsoleHandler(options, place)
    }
    case 'relay': {
      const { createRelayHandler } = require('./relay.js') as typeof import('./relay.js')
      return createRelayHandler(options, place)
    }
    case 'module': {
      const { createModuleHandler } = require('./module.js') as typeof import('./module.js')
      return createModuleHandler(options, place)
    }
    case 'otlp': {
      const { createOtlpHandler } =
        require('./otlp/handler.js') as typeof import('./otlp/handler.js')
      return createOtlpHandler(options, place)
    }
    case 'socket': {
      const { createSocketHandler } =
        require('./network/socket.js') as typeof import('./network/socket.js')
      return createSocketHandler(options, place)
    }
    case 'syslog': {
      const { createSyslogHandler } =
        require('./network/syslog.js') as typeof import('./network/syslog.js')
      return createSyslogHandler(options, place)
    }
    case 'jetstream': {
      const { createJetstreamHandler } =
        require('./jetstream/handler.js') as typeof import('./jetstream/handler.js')
      return createJetstreamHandler(options, place)
    }
  }
}
