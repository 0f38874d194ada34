// Debuglog: the adapter for `util.debuglog`, whose sections become logger names; its records have the level debug.

import { syncBuiltinESMExports } from 'node:module'
import { process } from '../../core/originals.js'
import { type Adapter, type AdapterContext, terminalRole, whileRelaying } from '../kit/adapter.js'
import { captureStderr } from './stderr.js'

const LEVEL = 20

type DebugFunction = (...args: unknown[]) => void
type Debug = DebugFunction & { readonly enabled: boolean }
type Debuglog = (section: string, callback?: (debug: DebugFunction) => void) => Debug

interface Util {
  debuglog: Debuglog
  debug: Debuglog
}

export const debuglogAdapter: Adapter = {
  name: 'debuglog',

  // Node reads the sections from NODE_DEBUG when it starts. Without the variable, no section can be enabled.
  install(context) {
    if (context.role === 'track' || !context.capture.stderr || !process.env.NODE_DEBUG)
      return () => {}
    const util = require('node:util') as Util
    const original = util.debuglog
    const wrapped = wrap(original, context)
    setBoth(util, wrapped)
    return () => {
      if (util.debuglog === wrapped) setBoth(util, original)
    }
  },

  // A child prints itself.
  relay: () => true,
}

// `util.debug` is another name of the same function.
function setBoth(util: Util, debuglog: Debuglog): void {
  util.debuglog = debuglog
  util.debug = debuglog
  syncBuiltinESMExports()
}

function wrap(original: Debuglog, context: AdapterContext): Debuglog {
  return function debuglog(section, callback) {
    const capturing = (print: DebugFunction): DebugFunction => {
      return (...args) => {
        const role = terminalRole(context)
        if (role === 'leave') {
          print(...args)
          return
        }
        const text = whileRelaying(() => captureStderr(() => print(...args), role === 'copy'))
        if (text !== '') record(String(section), text, args, context)
      }
    }
    // At the first call Node passes the callback a function that the application calls from then on.
    const handOut = (debug: DebugFunction): void => {
      const own = Object.getOwnPropertyDescriptors(debug)
      callback?.(inner.enabled ? Object.defineProperties(capturing(debug), own) : debug)
    }
    const inner = original(section, typeof callback === 'function' ? handOut : callback)
    const captured = capturing(inner)
    const logger: DebugFunction = (...args) => {
      if (inner.enabled) captured(...args)
      else inner(...args)
    }
    const enabled = { get: () => inner.enabled, configurable: true, enumerable: true }
    return Object.defineProperty(logger, 'enabled', enabled) as Debug
  }
}

// `text` is what Node has printed: `SECTION pid: message`.
function record(
  section: string,
  text: string,
  args: readonly unknown[],
  context: AdapterContext,
): void {
  const { take, plainTextOf, shownArgs } =
    require('../kit/capture/take.js') as typeof import('../kit/capture/take.js')
  const shown = shownArgs(context, args)
  const start = text.indexOf(': ', section.toUpperCase().length) + 2
  take(
    context,
    {
      lib: 'debuglog',
      name: section,
      level: LEVEL,
      msg: plainTextOf(shown === args ? [text.slice(start).replace(/\n$/, '')] : shown),
    },
    'copy',
  )
}
