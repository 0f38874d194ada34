// Front: code of ours in front of functions of Node's and of `process.emit`, where the application does not see it.
//
// `process.emit` tells of events without a listener that the application could see. It is an accessor, since others put functions
// in its place that they have kept from before (signal-exit does at the end of each child of execa). Whatever they put there is called by ours.

import { executionAsyncId } from 'node:async_hooks'
import { process, queueMicrotask } from './originals.js'
import { rethrow } from './rethrow.js'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean
type Args = readonly unknown[]

/** What is done around an event of the process. */
export interface Around {
  /** False keeps the event from the application. */
  readonly before?: (args: Args) => boolean | undefined
  /** Called after the listeners, even if one throws. */
  readonly after?: (args: Args) => void
  /** Called with what a listener has thrown, in place of `after`. */
  readonly failed?: (args: Args, error: unknown) => void
}

/** In place of an event: a capture callback. Its `failed` gets what Node was given: the error, and whether it was a rejection. */
export const CAPTURED = 'logshare:captured'

type Surround = Readonly<Record<string, Around>>

interface Target {
  emit: Emit
  readonly _exiting?: boolean
  _fatalException?: (...args: never[]) => unknown
}
const target = process as unknown as Target

/** The first one stands next to the application's listeners. */
let surrounds: readonly Surround[] = []
let unhook: (() => void) | undefined

/** Acts around the events of these names, within what else does (`isInner`) or around it. Returns the undo. */
export function surroundEmit(surround: Surround, isInner = false): () => void {
  surrounds = isInner ? [surround, ...surrounds] : [...surrounds, surround]
  unhook ??= keepInFront()
  return () => {
    surrounds = surrounds.filter((each) => each !== surround)
    if (surrounds.length > 0) return
    unhook?.()
    unhook = undefined
  }
}

function keepInFront(): () => void {
  const inherited = Object.hasOwn(target, 'emit') ? undefined : target.emit
  let current = cover(target.emit)
  const unwatch = watchFailures()
  Object.defineProperty(target, 'emit', {
    get: function get() {
      return mayBeSurrounded(get) ? current : (inner.get(current) ?? current)
    },
    set: (emit: Emit) => {
      current = cover(emit)
    },
    configurable: true,
  })
  return () => {
    unwatch()
    const value = below(current)
    if (value === inherited)
      Reflect.deleteProperty(target, 'emit') // it was inherited before
    else Object.defineProperty(target, 'emit', { value, configurable: true, writable: true })
  }
}

/** Our functions, and what they call. */
const inner = new WeakMap<Emit, Emit>()

function cover(original: Emit): Emit {
  if (typeof original !== 'function' || inner.has(original)) return original
  const emit: Emit = function emit(this: unknown, event, ...args) {
    const arounds = this === process && !emitting.has(event) ? aroundsOf(event) : []
    if (!enter(event, arounds, args))
      return arounds.length === 0 && original.call(this, event, ...args)
    // It is called right here, because what is between is in the stack traces of its listeners.
    if (arounds.some(({ failed }) => failed)) {
      try {
        return original.call(this, event, ...args)
      } catch (error) {
        for (const { failed } of arounds) failed?.(args, error)
        return rethrow(error, emit)
      } finally {
        emitting.delete(event)
      }
    }
    // Node shows the line that has thrown with an uncaught error: to catch it would change that.
    try {
      return original.call(this, event, ...args)
    } finally {
      for (const { after } of arounds) after?.(args)
      emitting.delete(event)
    }
  }
  inner.set(emit, original)
  return emit
}

function below(emit: Emit): Emit {
  const next = inner.get(emit)
  return next ? below(next) : emit
}

/** Events on their way: what leads back to ours is passed on within. */
const emitting = new Set<string | symbol>()

function aroundsOf(event: string | symbol): readonly Around[] {
  if (typeof event !== 'string') return []
  return surrounds.flatMap((all) => (Object.hasOwn(all, event) ? (all[event] ?? []) : []))
}

// Whether there is something to do around the event, and nobody keeps it from the application.
function enter(event: string | symbol, arounds: readonly Around[], args: Args): boolean {
  if (arounds.length === 0) return false
  for (const { before } of [...arounds].reverse()) {
    if (before?.(args) !== false) continue
    if (event === 'worker') expected--
    return false
  }
  emitting.add(event)
  return true
}

/** Threads of ours whose `worker` event has not come yet; Workers of the application may come before. */
let expected = 0
let isFailing = false

/** To be called when a `worker` event follows that is for us to see. */
export function expectWorker(): void {
  expected++
}

// Node calls this, looked up by its name, with an uncaught error, and it emits the events for that. Meanwhile the original is
// in its place: V8 looks there for the name that it shows in traces.
function watchFailures(): () => void {
  const original = target._fatalException
  if (!original) return () => {}
  const replace = (from: unknown, to: typeof original): void => {
    if (target._fatalException === from) target._fatalException = to
  }
  const handle = (...args: never[]): unknown => handleCaptured(original, args)
  const ours = before(original, () => {
    isFailing = true
    replace(ours, original)
    queueMicrotask(() => {
      isFailing = false
      if (unhook) replace(original, ours)
    })
    return process.hasUncaughtExceptionCaptureCallback() ? handle : undefined
  })
  target._fatalException = ours
  return () => replace(ours, original)
}

// A capture callback that throws ends the process, and no event tells so.
function handleCaptured(original: (...args: never[]) => unknown, args: readonly never[]): unknown {
  try {
    return original.apply(process, [...args])
  } catch (error) {
    for (const { failed } of aroundsOf(CAPTURED)) failed?.(args, error)
    return rethrow(error, handleCaptured)
  }
}

// Whether who asks for `emit` may emit an event of ours. Others get what is within, so that no frame of ours is in the
// traces of their listeners: they run in a callback, and `beforeExit` is emitted outside of all.
function mayBeSurrounded(getter: () => Emit): boolean {
  if (target._exiting !== false || expected > 0 || isFailing) return true
  return executionAsyncId() === 0 && isAskedByNode(getter)
}

/** Node's own, from Node 22 on. */
const { prepareStackTrace } = Error

// Whether nothing written in JavaScript has called the getter. Where the application formats stack traces, its function must
// not see one of ours, nor be missing for a moment: then it counts as Node.
function isAskedByNode(getter: () => Emit): boolean {
  if (Error.prepareStackTrace !== prepareStackTrace) return true
  const { stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = 1
    Error.captureStackTrace(holder, getter)
    return !String(holder.stack).includes('\n')
  } catch {
    return true // frozen intrinsics
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

type Call<T> = T extends (...args: infer A) => infer R ? (...args: A) => R : never

/**
 * `original`, before which `act` runs. A Proxy that has no trap calls its target without a frame of its own, and `act` has
 * returned by then. It learns nothing of the call. What it returns, if anything, is called in the original's place.
 */
export function before<T extends (...args: never[]) => unknown>(
  original: T,
  // biome-ignore lint/suspicious/noConfusingVoidType: most return nothing
  act: () => Call<T> | undefined | void,
): T {
  const handler = {
    get apply(): unknown {
      const other = act()
      return other && ((_target: T, self: unknown, args: never[]) => other.apply(self, args))
    },
  }
  return new Proxy(original, handler as object)
}
