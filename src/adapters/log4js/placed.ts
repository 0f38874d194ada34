// Placed: formats in the child what stands for a placeholder of a format string and cannot be the same in the root.
//
// `%o` shows members that are not enumerable, `%s` a function's source, and `%j` throws for a BigInt.

import { format } from 'node:util'
import { isExact } from '../kit/capture/exact.js'
import { attempt } from '../kit/capture/objects.js'

const PLACEHOLDER = /%[sdifjoOc%]/g

/** The arguments of a call, of which `util.format` makes the same text. */
export function formatPlaced(args: readonly unknown[]): readonly unknown[] {
  const [first] = args
  if (args.length === 1 || typeof first !== 'string' || !first.includes('%')) return args
  if (args.every(isPlain)) return args
  let next = 1
  const placed: unknown[] = []
  const text = first.replace(PLACEHOLDER, (placeholder) => {
    if (placeholder === '%%' || next >= args.length) return placeholder
    const arg = args[next++]
    const isKept = isPlain(arg) || placeholder === '%c'
    placed.push(isKept ? arg : attempt(() => format(placeholder, arg)))
    return isKept ? placeholder : '%s'
  })
  return [text, ...placed, ...args.slice(next)]
}

function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case 'bigint':
    case 'function':
      return false
    case 'object':
      return value === null || attempt(() => isExact(value)) === true
    default:
      return true
  }
}
