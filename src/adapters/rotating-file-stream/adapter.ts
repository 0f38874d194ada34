// Adapter: makes a stream of rotating-file-stream in a child open its file only when something is written to it.
//
// A logger's stream in a child is never written to, because the root writes. If it opened the file, it would rotate the
// root's file on its own schedule.

import * as shimmer from 'shimmer'
import type { Adapter } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'

interface Rotating {
  readonly filename: string
  emit(event: 'open', filename: string): boolean
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
    if (role !== 'take') return () => {}
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      const { prototype } =
        (exports as { RotatingFileStream?: { prototype?: Rotating } }).RotatingFileStream ?? {}
      if (!prototype || !METHODS.every((name) => typeof prototype[name] === 'function')) return
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
      setImmediate(() => waiting.has(this) && this.emit('open', this.filename))
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
