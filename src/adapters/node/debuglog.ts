// The debuglog adapter: sections of util.debuglog become logger names, their records have level debug.

import { syncBuiltinESMExports } from 'node:module'
import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { captureStderr, replayStderr } from './stderr.js'

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

  // Node has read the sections from the environment by now: without any there is nothing that could be enabled.
  install(context) {
    const { capture, role } = context
    if (role === 'track' || !capture.stderr || !process.env.NODE_DEBUG) return () => {}
    const util = require('node:util') as Util
    const original = util.debuglog
    const wrapped = wrap(original, context)
    setBoth(util, wrapped)
    return () => {
      if (util.debuglog === wrapped) setBoth(util, original)
    }
  },

  relay(record, extra) {
    const text = `${record.name.toUpperCase()} ${record.pid}: ${record.msg}\n`
    replayStderr(record, extra ?? JSON.stringify(text))
    return true
  },
}

// Two names of one function.
function setBoth(util: Util, debuglog: Debuglog): void {
  util.debuglog = debuglog
  util.debug = debuglog
  syncBuiltinESMExports()
}

function wrap(original: Debuglog, context: AdapterContext): Debuglog {
  return function debuglog(section, callback) {
    const taking = (print: DebugFunction): DebugFunction => {
      return (...args) => {
        const text = captureStderr(() => print(...args), context.role === 'copy')
        if (text !== '') record(String(section), text, context)
      }
    }
    // What Node hands out at the first call is what the application calls from then on.
    const offer = (debug: DebugFunction): void => {
      const own = Object.getOwnPropertyDescriptors(debug)
      callback?.(inner.enabled ? Object.defineProperties(taking(debug), own) : debug)
    }
    const inner = original(section, typeof callback === 'function' ? offer : callback)
    const take = taking(inner)
    const logger: DebugFunction = (...args) => {
      if (inner.enabled) take(...args)
      else inner(...args)
    }
    const enabled = { get: () => inner.enabled, configurable: true, enumerable: true }
    return Object.defineProperty(logger, 'enabled', enabled) as Debug
  }
}

// Node has printed `SECTION pid: message`.
function record(section: string, text: string, context: AdapterContext): void {
  const { take, plainTextOf } =
    require('../kit/capture/take.js') as typeof import('../kit/capture/take.js')
  const start = text.indexOf(': ', section.toUpperCase().length) + 2
  take(context, {
    lib: 'debuglog',
    name: section,
    level: LEVEL,
    msg: plainTextOf([text.slice(start).replace(/\n$/, '')]),
    extra: context.relays ? JSON.stringify(text) : undefined,
  })
}
