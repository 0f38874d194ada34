// The json format in a child: it makes no text for a record of which nobody wants one.

import * as shimmer from 'shimmer'
import { hookPackage } from '../kit/hook/package.js'
import type { Format, Info } from './library.js'

const JSON_FORMAT = { name: 'logform', main: /[\\/]logform[\\/]json\.js$/, internal: true }

let isIdle = false

/** Lets it rest while a record is made `withoutText`; returns the undo. */
export function hookJson(): () => void {
  const undo: (() => void)[] = []
  const unhook = hookPackage(JSON_FORMAT, (exports) => {
    const { prototype } = (exports as { readonly Format: { readonly prototype: Format } }).Format
    shimmer.wrap(prototype, 'transform', (original) => {
      return function transform(this: Format, info: Info, options) {
        return isIdle ? info : original.call(this, info, options)
      }
    })
    undo.push(() => shimmer.unwrap(prototype, 'transform'))
  })
  return () => {
    unhook()
    for (const each of undo) each()
  }
}

/** Runs a format whose text nobody reads. */
export function withoutText<T>(format: () => T): T {
  isIdle = true
  try {
    return format()
  } finally {
    isIdle = false
  }
}
