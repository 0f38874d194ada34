// Files: in a child, File and DailyRotateFile open their file when it is known that the child writes it, not the root.

import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import * as shimmer from 'shimmer'
import { nextTick, setImmediate } from '../../core/originals.js'
import { hookPackage } from '../kit/hook/package.js'
import type { Transport } from './library.js'
import { delayRotateEvent, hookRotator } from './rotator.js'
import { innermost } from './transports.js'

interface FileTransport extends EventEmitter {
  readonly dirname: string
  readonly filename: string
  readonly lazy?: boolean
  readonly _opening?: boolean
  readonly _dest?: unknown
  log(info: unknown, callback?: () => void): unknown
  open(): void
}

const FILE = {
  name: 'winston',
  main: /[\\/]winston[\\/]lib[\\/]winston[\\/]transports[\\/]file\.js$/,
  internal: true,
}

/** The functions that open the transports' files; undefined once called. */
const opening = new WeakMap<object, (() => void) | undefined>()

/** Affects transports created from now on. Returns a function that undoes the patch. */
export function delayFiles(): () => void {
  const undo: (() => void)[] = []
  undo.push(
    hookPackage(FILE, (exports) => {
      const { prototype } = exports as { prototype?: FileTransport }
      if (!prototype) return // winston 2
      shimmer.wrap(prototype, 'open', (original) => {
        return function open(this: FileTransport) {
          const isConstructed = opening.has(this) || this.lazy || this._opening || this._dest
          if (isConstructed) original.call(this)
          else delay(this, () => original.call(this))
        }
      })
      undo.push(() => shimmer.unwrap(prototype, 'open'))
    }),
    hookRotator((create) => new DelayedStream(() => delayRotateEvent(create()))),
  )
  return () => {
    for (const each of undo) each()
  }
}

/** Opens the transport's file, unless that has been done. */
export function openFile(given: Transport): void {
  const transport = innermost(given) as Transport & { logStream?: unknown }
  opening.get(transport)?.()
  if (transport.logStream instanceof DelayedStream) transport.logStream = transport.logStream.open()
}

/** Whether the transport is DailyRotateFile's and has not opened its file. */
export function isDelayed({ logStream }: { readonly logStream?: object }): boolean {
  return logStream instanceof DelayedStream && !logStream.isOpen
}

// A transport that is used without a logger, or by one that is no longer relayed, opens the file when it is written to.
function delay(transport: FileTransport, open: () => void): void {
  const own = Object.getOwnPropertyDescriptor(transport, 'log')
  opening.set(transport, () => {
    opening.set(transport, undefined)
    if (own) Object.defineProperty(transport, 'log', own)
    else Reflect.deleteProperty(transport, 'log')
    open()
  })
  const value = (info: unknown, callback?: () => void): unknown => {
    opening.get(transport)?.()
    return transport.log(info, callback)
  }
  Object.defineProperty(transport, 'log', { value, configurable: true, writable: true })
  // The application may wait for the file before it logs. The root has opened it.
  soon(() => {
    if (opening.get(transport)) transport.emit('open', join(transport.dirname, transport.filename))
  })
}

const soon = setImmediate

/** Stands for DailyRotateFile's stream until that is opened. */
class DelayedStream extends EventEmitter {
  readonly #create: () => unknown
  #stream: EventEmitter | undefined

  constructor(create: () => unknown) {
    super()
    this.#create = create
  }

  get isOpen(): boolean {
    return this.#stream !== undefined
  }

  open(): EventEmitter & { write: (...args: unknown[]) => unknown } {
    if (!this.#stream) {
      this.#stream = this.#create() as EventEmitter
      for (const event of this.eventNames()) {
        for (const each of this.rawListeners(event)) this.#stream.on(event, each as () => void)
      }
    }
    return this.#stream as ReturnType<DelayedStream['open']>
  }

  write(...args: unknown[]): unknown {
    return this.open().write(...args)
  }

  end(...args: unknown[]): void {
    const { end } = (this.#stream ?? {}) as { end?: (...args: unknown[]) => void }
    const done = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
    if (end) end.apply(this.#stream, args)
    else if (done) nextTick(done)
  }
}
