// Json: lets a child skip the text of winston's json format for records whose text nothing reads.

import * as shimmer from 'shimmer'
import { hookPackage } from '../kit/hook/package.js'
import type { Format, Info } from './library.js'

const JSON_FORMAT = { name: 'logform', main: /[\\/]logform[\\/]json\.js$/, internal: true }

let isSkipped = false

/** Patches the json format, for `withoutText`. Returns a function that undoes the patch. */
export function hookJson(): () => void {
  const undo: (() => void)[] = []
  const unhook = hookPackage(JSON_FORMAT, (exports) => {
    const { prototype } = (exports as { readonly Format: { readonly prototype: Format } }).Format
    shimmer.wrap(prototype, 'transform', (original) => {
      return function transform(this: Format, info: Info, options) {
        return isSkipped ? info : original.call(this, info, options)
      }
    })
    undo.push(() => shimmer.unwrap(prototype, 'transform'))
  })
  return () => {
    unhook()
    for (const each of undo) each()
  }
}

/** Runs `format`. Within it, the json format returns its info without stringifying it. */
export function withoutText<T>(format: () => T): T {
  isSkipped = true
  try {
    return format()
  } finally {
    isSkipped = false
  }
}
