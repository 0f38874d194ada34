// Diagnostics: debug output of logshare itself, enabled by `DEBUG=logshare*`. The `debug` package is loaded only then.

import { process } from './originals.js'

type Print = (text: string, ...args: readonly unknown[]) => void

// At load: an application's `debug.enable('*')`, which writes to the environment, is not about logshare.
const isEnabled = /(?:^|[\s,])(?:\*|logshare)/.test(process.env.DEBUG ?? '')

let busy = false
const printers = new Map<string, Print>()

/** Prints under the namespace `logshare:<area>`; does nothing unless `DEBUG` names it at the start. Never throws. */
export function diagnose(area: string, text: string, ...args: readonly unknown[]): void {
  if (busy || !isEnabled) return
  busy = true // printing goes through our own adapter for `debug`, which must not call back into here
  let print = printers.get(area)
  if (!print) {
    const create = require('debug') as typeof import('debug')
    print = create(`logshare:${area}`)
    printers.set(area, print)
  }
  print(text, ...args)
  busy = false
}
