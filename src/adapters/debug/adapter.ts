// Adapter: makes copies of records of debug 2 to 4; namespaces become logger names, and the level is always debug.

import * as shimmer from 'shimmer'
import {
  type Adapter,
  type AdapterContext,
  isRelaying,
  terminalRole,
  whileRelaying,
} from '../kit/adapter.js'
import { isForwarded } from '../kit/capture/stdio.js'
import { plainTextOf, shownArgs, take } from '../kit/capture/take.js'
import { hookPackage } from '../kit/hook/package.js'
import { noteFormatted, withoutNoted } from './formatted.js'
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
      if (context.redacts) undo.push(noteFormatted(exports, context))
      shimmer.wrap(exports, 'formatArgs', (original) => wrap(original, exports, context))
      undo.push(() => shimmer.unwrap(exports, 'formatArgs'))
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  // A child prints itself.
  relay: () => true,
}

// The library calls formatArgs for each enabled record, and the instance's `log` right after it.
function wrap(
  original: CreateDebug['formatArgs'],
  library: CreateDebug,
  context: AdapterContext,
): CreateDebug['formatArgs'] {
  return function formatArgs(this: DebugInstance, args: unknown[]) {
    const role = isRelaying() || isForwarded('stderr') ? 'leave' : terminalRole(context)
    if (role !== 'leave') {
      const record = {
        lib: 'debug',
        name: this.namespace,
        level: LEVEL,
        msg: plainTextOf(shownArgs(context, withoutNoted(args))),
      }
      take(context, record, 'copy')
      replaceNextLog(this, library, role === 'claim')
    }
    original.call(this, args)
  }
}

// The record has been captured, so the next call of the instance's `log` must not be captured again. With a console
// handler it prints nothing either.
function replaceNextLog(instance: DebugInstance, library: CreateDebug, isClaimed: boolean): void {
  const own = Object.getOwnPropertyDescriptor(instance, 'log')
  const restore = (): void => {
    if (own) Object.defineProperty(instance, 'log', own)
    else delete instance.log
  }
  const log = function (this: DebugInstance, ...args: unknown[]): void {
    restore()
    if (!isClaimed) whileRelaying(() => (instance.log ?? library.log).apply(this, args))
  }
  Object.defineProperty(instance, 'log', { value: log, configurable: true, writable: true })
}

function isCreateDebug(exports: unknown): exports is CreateDebug {
  return typeof (exports as Partial<CreateDebug> | undefined)?.formatArgs === 'function'
}
