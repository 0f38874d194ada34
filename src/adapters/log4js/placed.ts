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
  if (!first.includes('%o') && args.every(isPlain)) return args
  let next = 1
  const placed: unknown[] = []
  const text = first.replace(PLACEHOLDER, (placeholder) => {
    if (placeholder === '%%' || next >= args.length) return placeholder
    const arg = args[next++]
    const isKept = placeholder === '%c' || (isPlain(arg) && !isHiding(arg, placeholder))
    placed.push(isKept ? arg : attempt(() => format(placeholder, arg)))
    return isKept ? placeholder : '%s'
  })
  return [text, ...placed, ...args.slice(next)]
}

// JSON leaves out members that are not enumerable, too.
function isHiding(arg: unknown, placeholder: string): boolean {
  return placeholder === '%o' && typeof arg === 'object' && arg !== null
}

function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case 'bigint':
    case 'function':
      return false
    case 'object':
      return value === null || isExact(value)
    default:
      return true
  }
}
