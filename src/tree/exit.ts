// Exit: what has to be done before this process is gone, by whatever way runs exit listeners.
//
// Through `emit` rather than a listener: nobody can see it, it comes after all listeners, and one that throws or ends
// the process in its own way does not keep it from coming.

import * as shimmer from 'shimmer'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

export interface Hooks {
  /** Tells which workers the application's `worker` event is not to show. */
  readonly hides?: (worker: unknown) => boolean
  /** Called when the process has nothing left to do, and may get something by this. */
  readonly idle?: () => void
  /** Called ahead of the application's exit listeners. */
  readonly before?: () => void
}

/** Calls `act` at the end. */
export function onExit(act: () => void, { hides, idle, before }: Hooks = {}): () => void {
  const target = process as unknown as { emit: Emit; reallyExit: (code?: number) => never }
  const inherited = Object.hasOwn(target, 'emit') ? undefined : target.emit
  shimmer.wrap(target, 'emit', (original) => {
    return function emit(this: unknown, event, ...args) {
      if (event === 'worker' && hides?.(args[0])) return false
      if (event === 'beforeExit' && this === process) idle?.()
      if (event !== 'exit' || this !== process) return original.call(this, event, ...args)
      before?.()
      try {
        return original.call(this, event, ...args)
      } finally {
        act()
      }
    }
  })
  // process.exit() within an exit listener comes here at once.
  shimmer.wrap(target, 'reallyExit', (original) => {
    return function reallyExit(this: unknown, code) {
      act()
      return original.call(this, code)
    }
  })
  return () => {
    shimmer.massUnwrap([target], ['emit', 'reallyExit'])
    if (target.emit === inherited) Reflect.deleteProperty(target, 'emit') // it was not its own
  }
}
