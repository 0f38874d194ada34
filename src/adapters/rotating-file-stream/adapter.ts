// Adapter: makes a stream of rotating-file-stream in a child open its file only when something is written to it, and in the
// root knows what a stream has not written when the process exits.
//
// If the root has the logger, the child's stream is never written to. If it opened the file, it would rotate the root's file
// on its own schedule.

import * as shimmer from 'shimmer'
import { setImmediate } from '../../core/originals.js'
import type { Adapter } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'

export interface Rotating {
  readonly filename: string
  emit(event: string, ...args: unknown[]): boolean
  init(): Promise<void>
  rewrite(...args: unknown[]): Promise<void>
  refinal(...args: unknown[]): Promise<void>
}

const METHODS = ['init', 'rewrite', 'refinal'] as const
const PACKAGE = {
  name: 'rotating-file-stream',
  main: /[\\/]rotating-file-stream[\\/]dist[\\/](?:cjs|esm)[\\/]index\.js$/,
  internal: true,
}

export const rotatingAdapter: Adapter = {
  name: 'rotating-file-stream',

  install({ role }) {
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      const { prototype } =
        (exports as { RotatingFileStream?: { prototype?: Rotating } }).RotatingFileStream ?? {}
      if (!prototype || !METHODS.every((name) => typeof prototype[name] === 'function')) return
      if (role !== 'take') {
        const { watchWrites } = require('./writes.js') as typeof import('./writes.js')
        undo.push(watchWrites(prototype))
        return
      }
      openLate(prototype)
      undo.push(() => shimmer.massUnwrap([prototype], [...METHODS]))
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  relay: () => false,
}

// The library's writes and its end wait for the promise that `init` returns.
function openLate(prototype: Rotating): void {
  const waiting = new WeakMap<Rotating, (isWanted: boolean) => void>()
  const settle = (stream: Rotating, isWanted: boolean): void => {
    waiting.get(stream)?.(isWanted)
    waiting.delete(stream)
  }
  shimmer.wrap(prototype, 'init', (original) => {
    return function init(this: Rotating) {
      const opened = new Promise<void>((resolve) => {
        waiting.set(this, (isWanted) => resolve(isWanted ? original.call(this) : undefined))
      })
      // An application may wait for 'open' before it logs.
      setImmediate(() => {
        if (!waiting.has(this)) return
        this.emit('open', this.filename)
        omitOpen(this)
      })
      return opened
    }
  })
  shimmer.wrap(prototype, 'rewrite', (original) => {
    return function rewrite(this: Rotating, ...args) {
      settle(this, true)
      return original.apply(this, args)
    }
  })
  shimmer.wrap(prototype, 'refinal', (original) => {
    return function refinal(this: Rotating, ...args) {
      settle(this, false)
      return original.apply(this, args)
    }
  })
}

// The application has got the event already.
function omitOpen(stream: Rotating): void {
  stream.emit = (event, ...args) => {
    if (event !== 'open') return Object.getPrototypeOf(stream).emit.call(stream, event, ...args)
    Reflect.deleteProperty(stream, 'emit')
    return true
  }
}
