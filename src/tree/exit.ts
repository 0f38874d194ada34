// Exit: calls a function when this process exits in any way that runs exit listeners.
//
// It stands in front of `process.emit` instead of adding a listener: the application cannot see it, it runs after all
// listeners, and it runs even if a listener throws or calls `process.exit()`. `emit` is an accessor, since others put
// functions in its place that they have kept from before (signal-exit does at the end of each child of execa).

import { watchCrash, withoutCrash } from '../adapters/node/crash.js'
import { process } from '../core/originals.js'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean
type ReallyExit = (code?: number) => never

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

/** `isFailure`: the process ends because a handler of an uncaught exception has thrown. */
type Act = (code: number, isFailure: boolean) => void

interface Hook extends Hooks {
  readonly act: Act
}

const target = process as unknown as { emit: Emit; reallyExit: ReallyExit }

/** The first one stands next to the application's listeners. */
let hooks: readonly Hook[] = []
let unhook: (() => void) | undefined

/**
 * Calls `act` with the exit code after the application's exit listeners; returns the undo. `act` can be called twice.
 */
export function onExit(act: Act, given: Hooks = {}): () => void {
  const hook = { ...given, act }
  hooks = [...hooks, hook]
  unhook ??= keepInFront()
  hookReallyExit()
  return () => {
    hooks = hooks.filter((each) => each !== hook)
    if (hooks.length > 0) return
    unhook?.()
    unhook = undefined
  }
}

function outerFirst(): readonly Hook[] {
  return [...hooks].reverse()
}

function end(all: readonly Hook[], code: unknown, isFailure = false): void {
  for (const { act } of all) act(Number(code ?? 0), isFailure)
}

// Whatever is put in the place of `emit` is called by ours. What leads back to ours is passed on within.
function keepInFront(): () => void {
  const inherited = Object.hasOwn(target, 'emit') ? undefined : target.emit
  const ours = new WeakSet<Emit>()
  const inner = new WeakMap<Emit, Emit>()
  const cover = (original: Emit): Emit => {
    if (typeof original !== 'function' || ours.has(original)) return original
    const emit: Emit = function emit(this: unknown, event, ...args) {
      return emitAround(this, event, args, () => original.call(this, event, ...args))
    }
    ours.add(emit)
    inner.set(emit, original)
    return emit
  }
  const below = (emit: Emit): Emit => {
    const next = inner.get(emit) ?? withoutCrash(emit)
    return next === emit ? emit : below(next)
  }
  let current = cover(target.emit)
  Object.defineProperty(target, 'emit', {
    get: () => current,
    set: (emit: Emit) => {
      current = cover(emit)
    },
    configurable: true,
  })
  return () => {
    target.reallyExit = exits.get(target.reallyExit) ?? target.reallyExit
    const value = below(current)
    if (value === inherited)
      Reflect.deleteProperty(target, 'emit') // it was inherited before
    else Object.defineProperty(target, 'emit', { value, configurable: true, writable: true })
  }
}

type Around = (args: readonly unknown[], emit: () => boolean) => boolean

const emitting = new Set<string | symbol>()

function emitAround(
  self: unknown,
  event: string | symbol,
  args: readonly unknown[],
  emit: () => boolean,
): boolean {
  const around = self === process && !emitting.has(event) ? AROUND.get(event) : undefined
  if (!around) return emit()
  emitting.add(event)
  try {
    return around(args, emit)
  } finally {
    emitting.delete(event)
  }
}

/** The error that Node has announced, in a list; its next event tells whether the application has a handler. */
let announced: readonly unknown[] = []

const AROUND: ReadonlyMap<string | symbol, Around> = new Map<string, Around>([
  ['worker', ([worker], emit) => !hooks.some(({ hides }) => hides?.(worker)) && emit()],
  [
    'beforeExit',
    (_args, emit) => {
      for (const { idle } of outerFirst()) idle?.()
      return emit()
    },
  ],
  ['exit', ([code], emit) => exit(code, emit)],
  [
    'uncaughtExceptionMonitor',
    (args, emit) => {
      announced = args.slice(0, 1)
      for (const { uncaught } of outerFirst()) uncaught?.()
      return watchCrash('uncaughtExceptionMonitor', args, emit)
    },
  ],
  ['uncaughtException', uncaught],
])

function exit(code: unknown, emit: () => boolean): boolean {
  hookReallyExit()
  for (const { before } of outerFirst()) before?.()
  try {
    return emit()
  } finally {
    end(hooks, process.exitCode ?? code)
  }
}

// If a handler throws, Node ends the process with code 7, without an `exit` event.
function uncaught(args: readonly unknown[], emit: () => boolean): boolean {
  const isOfNode = announced.length > 0 && announced[0] === args[0]
  announced = []
  try {
    return watchCrash('uncaughtException', args, emit)
  } catch (error) {
    if (isOfNode) end(hooks, 7, true)
    throw error
  }
}

/** Our functions in the place of `reallyExit`, and what they have replaced. */
const exits = new WeakMap<ReallyExit, ReallyExit>()

// process.exit() within an exit listener calls this directly.
function hookReallyExit(): void {
  const original = target.reallyExit
  if (exits.has(original)) return
  const reallyExit: ReallyExit = function reallyExit(this: unknown, code) {
    end(outerFirst(), code ?? process.exitCode)
    return original.call(this, code)
  }
  exits.set(reallyExit, original)
  target.reallyExit = reallyExit
}
