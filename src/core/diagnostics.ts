// Diagnostics: what logshare does, for `DEBUG=logshare*`. The library is loaded only when somebody asks.

type Print = (text: string, ...args: readonly unknown[]) => void

const ASKED = /(?:^|[\s,])(?:\*|logshare)/

let busy = false
const printers = new Map<string, Print>()

/** Prints under the namespace `logshare:<area>`; does nothing unless `DEBUG` names it. Never throws. */
export function diagnose(area: string, text: string, ...args: readonly unknown[]): void {
  if (busy || !ASKED.test(process.env.DEBUG ?? '')) return
  busy = true // what printing brings about, in the adapter for debug itself, is not told
  let print = printers.get(area)
  if (!print) {
    const create = require('debug') as typeof import('debug')
    print = create(`logshare:${area}`)
    printers.set(area, print)
  }
  print(text, ...args)
  busy = false
}
