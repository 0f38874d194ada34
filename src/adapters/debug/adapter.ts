// Adapter: makes copies of records of debug 2 to 4; namespaces become logger names, and the level is always debug.

import * as shimmer from 'shimmer'
import { type Adapter, type AdapterContext, isRelaying, terminalRole } from '../kit/adapter.js'
import { isForwarded } from '../kit/capture/stdio.js'
import { plainTextOf, shownArgs, take } from '../kit/capture/take.js'
import { hookPackage } from '../kit/hook/package.js'
import { noteFormatted, withoutNoted } from './formatted.js'
import { announceNamespaces, type Enabling, followNamespaces } from './namespaces.js'
import { expectLog, type Instance } from './next.js'

const LEVEL = 20

/** One namespace's function, which is `this` in `formatArgs`. */
interface DebugInstance extends Instance {
  readonly namespace: string
  diff?: number
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
        msg: plainTextOf(context.redacts ? shownArgs(context, withoutNoted(args)) : args),
      }
      take(context, record, 'copy')
      expectLog(this, library, role === 'claim')
    }
    original.call(this, args)
  }
}

function isCreateDebug(exports: unknown): exports is CreateDebug {
  return typeof (exports as Partial<CreateDebug> | undefined)?.formatArgs === 'function'
}
