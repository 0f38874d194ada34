// Terminal: what winston's transports to stdout and stderr print becomes no second record, and is not printed if a console
// handler shows it.

import { setImmediate } from '../../core/originals.js'
import { type AdapterContext, isRead, whileRelaying } from '../kit/adapter.js'
import { callBack } from '../kit/capture/stdio.js'
import type { Info, Transport } from './library.js'
import { innermost, isFile, isLogOutput, isOwned, isTerminal } from './transports.js'

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

/** Keeps the transport from writing the infos for which `isSilent` is true, unless it writes a file. */
export function silence(given: Transport, isSilent: (info: Info) => boolean): void {
  const transport = innermost(given)
  if (silenced.has(given) || isFile(given)) return
  silenced.add(given)
  if (!isTerminal(transport)) replaceWrite(given, isSilent)
  else if (!silenced.has(transport) || transport === given)
    replaceLog(transport, (log, info) => (isSilent(info) ? undefined : log()))
  silenced.add(transport)
}

// A transport of the application's own may be any stream.
function replaceWrite(transport: Transport, isSilent: (info: Info) => boolean): void {
  const original = transport.write as (...args: unknown[]) => unknown
  const value = function write(this: Transport, info: Info, ...rest: unknown[]): unknown {
    if (!isSilent(info)) return original.call(this, info, ...rest)
    callBack(rest)
    return true
  }
  Object.defineProperty(transport, 'write', { value, configurable: true, writable: true })
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
