// Crash: the adapter for uncaught exceptions, which become fatal records and end the thread as without logshare.

import { type Around, CAPTURED, surroundEmit } from '../../core/front.js'
import { process } from '../../core/originals.js'
import { type Adapter, type AdapterContext, isRead } from '../kit/adapter.js'

const FATAL = 60

let installed: AdapterContext | undefined
/** The error that Node has announced, in a list. */
let announced: readonly unknown[] = []

export const crashAdapter: Adapter = {
  name: 'crash',

  install(context) {
    if (context.role === 'track') return () => {}
    installed = context
    const undo = surroundEmit(AROUND, true) // a record before the log is closed
    return () => {
      if (installed === context) installed = undefined
      undo()
    }
  },

  // Node has printed the error in the child.
  relay: () => true,
}

let isOfNode = false

// Node announces each uncaught exception and then looks for a handler: first for a capture callback, such as a domain's,
// then for listeners. Where there is none, or one throws, the thread ends.
const AROUND: Readonly<Record<string, Around>> = {
  uncaughtExceptionMonitor: {
    before([error]) {
      announced = [error]
      return true
    },
  },
  uncaughtException: {
    before(args) {
      isOfNode = announced.length > 0 && announced[0] === args[0]
      announced = []
      if (isOfNode && process.listenerCount('uncaughtException') === 0) tryRecord(args)
      return true
    },
    failed([, origin], error) {
      if (isOfNode) tryRecord([error, origin])
    },
  },
  [CAPTURED]: {
    failed([, isRejection], error) {
      tryRecord([error, isRejection ? 'unhandledRejection' : 'uncaughtException'])
    },
  },
}

function tryRecord(args: readonly unknown[]): void {
  try {
    record(args)
  } catch {
    // Our files cannot be read any more. Node goes on with the application's error.
  }
}

function record([error, origin]: readonly unknown[]): void {
  const context = installed
  if (!context || !isRead(context)) return
  const { take, textOf, errorAmong, shownArgs } =
    require('../kit/capture/take.js') as typeof import('../kit/capture/take.js')
  const known = errorAmong([error])
  take(
    { ...context, role: 'copy' },
    {
      lib: 'crash',
      name: 'process',
      level: FATAL,
      msg: `${String(origin)}: ${known ? known.message : textOf(shownArgs(context, [error]))}`,
      error: known,
    },
  )
}
