// Adapter: patches roarr 7 and knows its messages by package, program and namespace. All copies of roarr write with
// `globalThis.ROARR.write`, which the application may replace.

import type { Adapter } from '../kit/adapter.js'
import { onGlobal } from '../kit/hook/globals.js'
import { captureWrite } from './capture.js'
import { followRoot } from './levels.js'
import { GLOBAL, loaded, type Serialize, type State, type Write } from './library.js'
import { relay } from './relay.js'

/** The functions behind those that the adapter returns for `write`. */
const originals = new WeakMap<Write, Write>()

export const roarrAdapter: Adapter = {
  name: 'roarr',

  install(context) {
    let active = true
    const wrappers = new WeakMap<Write, Write>()
    const wrapOnce = (write: Write): Write => {
      if (!active) return write
      const known = wrappers.get(write)
      if (known) return known
      const wrapper = captureWrite(write, context)
      wrappers.set(write, wrapper)
      originals.set(wrapper, write)
      return wrapper
    }
    followRoot(context)
    const release = onGlobal(GLOBAL, (given) => {
      if (typeof given !== 'object' || given === null) return
      loaded.state = given
      if (context.role !== 'track') patchWrite(given, wrapOnce)
      if (context.role === 'take') skipSerialization(given, () => active)
    })
    return () => {
      active = false
      release()
    }
  },

  relay,
}

// Each copy that is loaded creates a new state with the members of the last one. Among them can be a function of ours.
function patchWrite(state: State, wrapOnce: (write: Write) => Write): void {
  let write = state.write && (originals.get(state.write) ?? state.write)
  Object.defineProperty(state, 'write', {
    configurable: true,
    enumerable: true,
    get: () => write && wrapOnce(write),
    set(changed: Write | undefined) {
      write = changed
    },
  })
}

// roarr passes messages to `write` as this function returns them. Text would have to be parsed again.
function skipSerialization(state: State, isActive: () => boolean): void {
  let own = state.serializeMessage === passMessage ? undefined : state.serializeMessage
  Object.defineProperty(state, 'serializeMessage', {
    configurable: true,
    enumerable: true,
    get: () => own ?? (isActive() ? passMessage : undefined),
    set(changed: Serialize | undefined) {
      own = changed
    },
  })
}

const passMessage: Serialize = (message) => message
