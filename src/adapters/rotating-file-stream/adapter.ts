// rotating-file-stream in a child: a file is opened with the first thing written to it, not before. Streams that loggers
// have here are never written to, for the root writes; opened, each would rename the root's file at its own time.

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

// Its writes, and its end, wait for the promise of `init`.
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
      // An application may log only when it is told that the file is open.
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
