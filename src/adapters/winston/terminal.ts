// Terminal: what winston's transports to stdout and stderr print becomes no second record, and is not printed if a console
// handler shows it.

import { setImmediate } from '../../core/originals.js'
import { type AdapterContext, isRead, whileRelaying } from '../kit/adapter.js'
import type { Info, Transport } from './library.js'
import { innermost, isLogOutput, isOwned, isTerminal } from './transports.js'

type Log = (this: Transport, info: Info, callback?: () => void) => unknown

/** Patches the transports that it is given. */
export class Terminal {
  readonly #context: AdapterContext
  readonly #seen = new WeakSet<Transport>()
  #isClosed = false

  constructor(context: AdapterContext) {
    this.#context = context
  }

  guard(given: Transport): void {
    const transport = innermost(given)
    if (!isTerminal(transport) || this.#seen.has(transport)) return
    this.#seen.add(transport)
    replaceLog(transport, (log, info) => {
      const context = this.#context
      if (this.#isClosed) return log()
      if (isOwned(transport, context) && isLogOutput(transport, info, context)) {
        later(() => transport.emit?.('logged', info))
        return undefined
      }
      return isRead(context) ? whileRelaying(log) : log()
    })
  }

  /** The transports print as without logshare from now on. */
  close(): void {
    this.#isClosed = true
  }
}

const silenced = new WeakSet<Transport>()

/** Keeps the transport from printing the infos for which `isSilent` is true. */
export function silence(given: Transport, isSilent: (info: Info) => boolean): void {
  const transport = innermost(given)
  if (silenced.has(transport) || !isTerminal(transport)) return
  silenced.add(transport)
  replaceLog(transport, (log, info) => (isSilent(info) ? undefined : log()))
}

const later = setImmediate

// `run` gets the original `log`. If it does not call it, the stream is told that the info is written.
function replaceLog(transport: Transport, run: (log: () => unknown, info: Info) => unknown): void {
  const original = transport.log as Log
  const value = function log(this: Transport, info: Info, callback?: () => void): unknown {
    let isCalled = false
    const result = run(() => {
      isCalled = true
      return original.call(this, info, callback)
    }, info)
    if (!isCalled) callback?.()
    return result
  }
  Object.defineProperty(transport, 'log', { value, configurable: true, writable: true })
}
