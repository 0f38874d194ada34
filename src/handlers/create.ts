// Create: makes handlers from their options. A new handler type needs a case here.

import type { HandlerOptions } from '../config/handlers.js'
import type { Settings } from '../config/options.js'
import { notice, reasonOf } from '../core/notice.js'
import type { Handler, HandlerContext } from './handler.js'
import type { Kept } from './retry.js'

/**
 * Creates all handlers that can be opened, and the relay. A handler that cannot be opened is reported as
 * LOGSHARE_WARN_HANDLER and left out: in the listener thread and after a takeover there is no caller to throw to. `kept`
 * is what each of them kept in another thread.
 */
export function createHandlers(
  settings: Settings,
  context: HandlerContext,
  kept: readonly (Kept | undefined)[] = [],
): Handler[] {
  const handlers = settings.handlers.flatMap((options, index) => {
    try {
      return [createHandler(options, { ...context, kept: kept[index] })]
    } catch (error) {
      const reason = reasonOf(error)
      notice(
        'LOGSHARE_WARN_HANDLER',
        `a handler could not be opened and gets no records: ${reason}`,
        reason,
      )
      return []
    }
  })
  return [...handlers, createRelay(settings, context)]
}

/** Passes captured records to the root's main thread. Without other handlers it also prints records of our own loggers. */
export function createRelay({ handlers, relay }: Settings, context: HandlerContext): Handler {
  const { createRelayHandler } = require('./relay.js') as typeof import('./relay.js')
  return createRelayHandler({ relays: relay, prints: handlers.length === 0 }, context)
}

/** Creates one handler, limited if its options say so. Throws `LOGSHARE_ERR_HANDLER` if it cannot be opened. */
export function createHandler(options: HandlerOptions, context: HandlerContext): Handler {
  const handler = open(options, context)
  if (!options.rate && !options.sample) return handler
  const { limit } = require('./limit.js') as typeof import('./limit.js')
  return limit(handler, options)
}

/**
 * Whether the handler needs the listener thread: its receiver answers asynchronously, which works neither within the
 * application's log calls nor at process exit.
 */
export function needsThread({ type }: HandlerOptions): boolean {
  return type !== 'file' && type !== 'console'
}

/** Checks in advance whether the listener thread could open a handler. Throws `LOGSHARE_ERR_HANDLER` if not. */
export function checkHandler(options: HandlerOptions): void {
  switch (options.type) {
    case 'module': {
      const { checkModule } = require('./module.js') as typeof import('./module.js')
      checkModule(options)
      break
    }
    case 'pino': {
      const { checkPino } = require('./pino.js') as typeof import('./pino.js')
      checkPino(options)
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

// The code of a handler type is loaded only if it is configured.
function open(options: HandlerOptions, context: HandlerContext): Handler {
  switch (options.type) {
    case 'file': {
      const { createFileHandler } =
        require('./file/handler.js') as typeof import('./file/handler.js')
      return createFileHandler(options, context)
    }
    case 'console': {
      const { createConsoleHandler } = require('./console.js') as typeof import('./console.js')
      return createConsoleHandler(options, context)
    }
    case 'module': {
      const { createModuleHandler } = require('./module.js') as typeof import('./module.js')
      return createModuleHandler(options, context)
    }
    case 'pino': {
      const { createPinoHandler } = require('./pino.js') as typeof import('./pino.js')
      return createPinoHandler(options, context)
    }
    case 'otlp': {
      const { createOtlpHandler } =
        require('./otlp/handler.js') as typeof import('./otlp/handler.js')
      return createOtlpHandler(options, context)
    }
    case 'socket': {
      const { createSocketHandler } =
        require('./network/socket.js') as typeof import('./network/socket.js')
      return createSocketHandler(options, context)
    }
    case 'syslog': {
      const { createSyslogHandler } =
        require('./network/syslog.js') as typeof import('./network/syslog.js')
      return createSyslogHandler(options, context)
    }
    case 'jetstream': {
      const { createJetstreamHandler } =
        require('./jetstream/handler.js') as typeof import('./jetstream/handler.js')
      return createJetstreamHandler(options, context)
    }
  }
}
