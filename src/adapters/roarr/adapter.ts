// Adapter: patches `ROARR.write`, by which all copies of roarr 7 write, and which an application may replace. Each thread
// writes its own messages.

import type { Adapter } from '../kit/adapter.js'
import { onGlobal } from '../kit/hook/globals.js'
import { captureWrite } from './capture.js'
import { GLOBAL, type State, type Write } from './library.js'

/** The functions behind those that are in the place of `write`. */
const originals = new WeakMap<Write, Write>()

export const roarrAdapter: Adapter = {
  name: 'roarr',

  install(context) {
    let isActive = true
    const wrappers = new WeakMap<Write, Write>()
    const wrap = (write: Write): Write => {
      if (!isActive) return write
      const known = wrappers.get(write)
      if (known) return known
      const wrapper = captureWrite(write, context)
      wrappers.set(write, wrapper)
      originals.set(wrapper, write)
      return wrapper
    }
    const release = onGlobal(GLOBAL, (given) => {
      if (typeof given === 'object' && given !== null) replaceWrite(given, wrap)
    })
    return () => {
      isActive = false
      release()
    }
  },

  // A child prints itself.
  relay: () => true,
}

// Each loaded copy of the library makes a new state of the one before, with the `write` that it reads there.
function replaceWrite(state: State, wrap: (write: Write) => Write): void {
  let write = state.write && (originals.get(state.write) ?? state.write)
  Object.defineProperty(state, 'write', {
    configurable: true,
    enumerable: true,
    get: () => write && wrap(write),
    set(given: Write | undefined) {
      write = given && (originals.get(given) ?? given)
    },
  })
}
