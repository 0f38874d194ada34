// Exit: calls a function when this process exits in any way that runs exit listeners.
//
// It stands in front of `process.emit` instead of adding a listener: the application cannot see it, it runs after all
// listeners, and it runs even if a listener throws or calls `process.exit()`.

import { type Around, CAPTURED, surroundEmit } from '../core/front.js'
import { process } from '../core/originals.js'

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

const target = process as unknown as { reallyExit: ReallyExit }

/** The first one stands next to the application's listeners. */
let hooks: readonly Hook[] = []
let unhook: (() => void) | undefined

/**
 * Calls `act` with the exit code after the application's exit listeners; returns the undo. `act` can be called twice.
 */
export function onExit(act: Act, given: Hooks = {}): () => void {
  const hook = { ...given, act }
  hooks = [...hooks, hook]
  unhook ??= hookEmit()
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

function hookEmit(): () => void {
  const undo = surroundEmit(AROUND)
  return () => {
    target.reallyExit = exits.get(target.reallyExit) ?? target.reallyExit
    undo()
  }
}

/** The error that Node has announced, in a list; its next event tells whether the application has a handler. */
let announced: readonly unknown[] = []

const AROUND: Readonly<Record<string, Around>> = {
  worker: { before: ([worker]) => !hooks.some(({ hides }) => hides?.(worker)) },
  beforeExit: {
    before() {
      for (const { idle } of outerFirst()) idle?.()
      return true
    },
  },
  exit: {
    before() {
      hookReallyExit()
      for (const { before } of outerFirst()) before?.()
      return true
    },
    after: ([code]) => end(hooks, process.exitCode ?? code),
  },
  uncaughtExceptionMonitor: {
    before([error]) {
      announced = [error]
      for (const { uncaught } of outerFirst()) uncaught?.()
      return true
    },
  },
  // If a handler throws, Node ends the process with code 7, without an `exit` event.
  uncaughtException: {
    before([error]) {
      isOfNode = announced.length > 0 && announced[0] === error
      announced = []
      return true
    },
    failed() {
      if (isOfNode) end(hooks, 7, true)
    },
  },
  [CAPTURED]: { failed: () => end(hooks, 7, true) },
}

let isOfNode = false

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
