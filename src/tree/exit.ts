// Exit: calls a function when this process exits in any way that runs exit listeners.
//
// It wraps `process.emit` instead of adding a listener: the application cannot see it, it runs after all listeners, and
// it runs even if a listener throws or calls `process.exit()`.

import * as shimmer from 'shimmer'
import { process } from '../core/originals.js'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

export interface Hooks {
  /** Whether the process's `worker` event for this worker is hidden from the application. */
  readonly hides?: (worker: unknown) => boolean
  /** Called at `beforeExit`, before the application's listeners. It may schedule more work. */
  readonly idle?: () => void
  /** Called before the application's exit listeners. */
  readonly before?: () => void
  /** Called when Node announces an uncaught exception, before it looks for a handler. */
  readonly uncaught?: () => void
}

/**
 * Calls `act` with the exit code after the application's exit listeners; returns the undo. `act` can be called twice.
 */
export function onExit(
  act: (code: number) => void,
  { hides, idle, before, uncaught }: Hooks = {},
): () => void {
  const target = process as unknown as { emit: Emit; reallyExit: (code?: number) => never }
  const inherited = Object.hasOwn(target, 'emit') ? undefined : target.emit
  shimmer.wrap(target, 'emit', (original) => {
    return function emit(this: unknown, event, ...args) {
      if (event === 'worker' && hides?.(args[0])) return false
      if (event === 'beforeExit' && this === process) idle?.()
      if (event === 'uncaughtExceptionMonitor' && this === process) uncaught?.()
      if (event !== 'exit' || this !== process) return original.call(this, event, ...args)
      before?.()
      try {
        return original.call(this, event, ...args)
      } finally {
        act(Number(process.exitCode ?? args[0] ?? 0))
      }
    }
  })
  // process.exit() within an exit listener calls this directly.
  shimmer.wrap(target, 'reallyExit', (original) => {
    return function reallyExit(this: unknown, code) {
      act(Number(code ?? process.exitCode ?? 0))
      return original.call(this, code)
    }
  })
  return () => {
    shimmer.massUnwrap([target], ['emit', 'reallyExit'])
    if (target.emit === inherited) Reflect.deleteProperty(target, 'emit') // it was inherited before
  }
}
