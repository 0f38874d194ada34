// Diagnostics: debug output of logshare itself, enabled by `DEBUG=logshare*`. The `debug` package is loaded only then.

import { process } from './originals.js'

type Print = (text: string, ...args: readonly unknown[]) => void

const ENABLED = /(?:^|[\s,])(?:\*|logshare)/

let busy = false
const printers = new Map<string, Print>()

/** Prints under the namespace `logshare:<area>`; does nothing unless `DEBUG` names it. Never throws. */
export function diagnose(area: string, text: string, ...args: readonly unknown[]): void {
  if (busy || !ENABLED.test(process.env.DEBUG ?? '')) return
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
