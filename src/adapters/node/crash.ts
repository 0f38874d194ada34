// Crash: the adapter for uncaught exceptions, which become fatal records and end the thread as without logshare.

import { process } from '../../core/originals.js'
import { type Adapter, type AdapterContext, isRead } from '../kit/adapter.js'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

const FATAL = 60

let installed: AdapterContext | undefined
/** The error that Node has announced, in a list. */
let announced: readonly unknown[] = []

export const crashAdapter: Adapter = {
  name: 'crash',

  // `emit` is replaced, because the application could see a listener.
  install(context) {
    if (context.role === 'track') return () => {}
    const target = process as unknown as { emit: Emit }
    const inherited = Object.hasOwn(target, 'emit') ? undefined : target.emit
    const original = target.emit
    const emit: Emit = function emit(this: unknown, event, ...args) {
      const next = (): boolean => original.call(this, event, ...args)
      return this === process ? watchCrash(event, args, next) : next()
    }
    const put = (value: Emit): void => {
      if (Object.hasOwn(target, 'emit')) target.emit = value
      else Object.defineProperty(target, 'emit', { value, configurable: true, writable: true })
    }
    put(emit)
    installed = context
    return () => {
      if (installed === context) installed = undefined
      removed.set(emit, original)
      if (target.emit !== emit) return // `tree/exit.ts` stands in front
      if (inherited) Reflect.deleteProperty(target, 'emit')
      else put(original)
    }
  },

  // Node has printed the error in the child.
  relay: () => true,
}

const removed = new WeakMap<Emit, Emit>()

/** What our function in the place of `emit` has replaced, if it is not needed any more. */
export function withoutCrash(emit: Emit): Emit {
  return removed.get(emit) ?? emit
}

/**
 * Passes on an event of the process. Node announces each uncaught exception and then looks for a handler: first for a
 * capture callback, such as a domain's, then for listeners. Where there is none, or one throws, the thread ends.
 */
export function watchCrash(
  event: string | symbol,
  args: readonly unknown[],
  emit: () => boolean,
): boolean {
  if (event === 'uncaughtExceptionMonitor') announced = args.slice(0, 1)
  if (event !== 'uncaughtException' || announced.length === 0 || announced[0] !== args[0])
    return emit()
  announced = []
  if (process.listenerCount('uncaughtException') === 0) tryRecord(args)
  try {
    return emit()
  } catch (error) {
    tryRecord([error, args[1]])
    throw error
  }
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
