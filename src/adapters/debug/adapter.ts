// Adapter: captures and relays records of debug 2 to 4; namespaces become logger names, and the level is always debug.

import * as shimmer from 'shimmer'
import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { plainTextOf, take } from '../kit/capture/take.js'
import { hookPackage } from '../kit/hook/package.js'
import { guardStream } from '../kit/relay/pipe.js'
import { announceNamespaces, type Enabling, followNamespaces } from './namespaces.js'

const LEVEL = 20

/** One namespace's function, which is `this` in `formatArgs`. */
interface DebugInstance {
  readonly namespace: string
  diff?: number
  log?: ((...args: unknown[]) => void) | undefined
}

interface CreateDebug extends Enabling {
  (namespace: string): DebugInstance
  formatArgs(this: DebugInstance, args: unknown[]): void
  log(this: DebugInstance, ...args: unknown[]): void
}

const PACKAGE = { name: 'debug', main: /[\\/]debug[\\/]src[\\/]index\.js$/ }

export const debugAdapter: Adapter = {
  name: 'debug',

  install(context) {
    const { capture, role, levels } = context
    if (!capture.stderr) return () => {}
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      if (!isCreateDebug(exports)) return
      undo.push((role === 'take' ? followNamespaces : announceNamespaces)(exports, levels))
      if (role === 'track') return
      shimmer.wrap(exports, 'formatArgs', (original) => wrap(original, context))
      undo.push(() => shimmer.unwrap(exports, 'formatArgs'))
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  relay({ name, msg, source }) {
    guardStream(process.stderr, source)
    const create = findLoaded() ?? (require('debug') as unknown as CreateDebug)
    whileRelaying(() => {
      const instance = create(name)
      const args: unknown[] = [msg]
      instance.diff = 0
      create.formatArgs.call(instance, args)
      const log = instance.log ?? create.log
      log.apply(instance, args)
    })
    return true
  },
}

// The library calls formatArgs for each enabled record, and the instance's `log` right after it.
function wrap(
  original: CreateDebug['formatArgs'],
  context: AdapterContext,
): CreateDebug['formatArgs'] {
  return function formatArgs(this: DebugInstance, args: unknown[]) {
    if (!isRelaying()) {
      take(context, { lib: 'debug', name: this.namespace, level: LEVEL, msg: plainTextOf(args) })
      if (context.role === 'take') {
        skipNextLog(this)
        return
      }
    }
    original.call(this, args)
  }
}

// The record has been captured, so the next call of the instance's `log` (often console.log) must not print it.
function skipNextLog(instance: DebugInstance): void {
  const own = Object.getOwnPropertyDescriptor(instance, 'log')
  const restore = (): void => {
    if (own) Object.defineProperty(instance, 'log', own)
    else delete instance.log
  }
  Object.defineProperty(instance, 'log', { value: restore, configurable: true, writable: true })
}

function isCreateDebug(exports: unknown): exports is CreateDebug {
  return typeof (exports as Partial<CreateDebug> | undefined)?.formatArgs === 'function'
}

// The copy that the application has loaded and configured.
function findLoaded(): CreateDebug | undefined {
  for (const [path, module] of Object.entries(require.cache)) {
    if (PACKAGE.main.test(path) && isCreateDebug(module?.exports)) return module.exports
  }
  return undefined
}
