// Next: the call of an instance's `log` with which debug prints what it has formatted, and which is captured already.

import { whileRelaying } from '../kit/adapter.js'

type Log = (this: never, ...args: unknown[]) => void

export interface Instance {
  log?: Log | undefined
}

interface Hook {
  /** Whether the next reader of `log` is the library, which calls what it gets. */
  isNext: boolean
  isClaimed: boolean
}

const hooks = new WeakMap<Instance, Hook>()

/**
 * The next call of the instance's `log` is not captured. With `isClaimed` it prints nothing either. An instance has the
 * property from its first record on: to define and delete it for each one takes as long as the record.
 */
export function expectLog(instance: Instance, library: { log: Log }, isClaimed: boolean): void {
  const hook = hooks.get(instance) ?? hookLog(instance, library)
  hook.isNext = true
  hook.isClaimed = isClaimed
}

function hookLog(instance: Instance, library: { log: Log }): Hook {
  const hook = { isNext: false, isClaimed: false }
  const own = Object.getOwnPropertyDescriptor(instance, 'log')
  let given = instance.log
  const log = function (this: unknown, ...args: unknown[]): void {
    hook.isNext = false
    if (!hook.isClaimed) whileRelaying(() => (given ?? library.log).apply(this as never, args))
  }
  Object.defineProperty(instance, 'log', {
    configurable: true,
    enumerable: own?.enumerable ?? false,
    get: () => (hook.isNext ? log : given),
    set(value: Log | undefined) {
      given = value
    },
  })
  hooks.set(instance, hook)
  return hook
}
