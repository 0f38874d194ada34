// Formatted: with the option `redact`, notes what the library's formatters (`%o`, `%O`, …) have made of objects.

import type { AdapterContext } from '../kit/adapter.js'
import { shownArgs } from '../kit/capture/take.js'

type Formatter = (this: unknown, value: unknown) => unknown
type Formatters = Record<string, Formatter | undefined>

/** Texts in the first argument of the next `formatArgs`, and what the record has in their place. */
let noted: (readonly [text: string, shown: string])[] = []

/** Returns the undo. */
export function noteFormatted(copy: object, context: AdapterContext): () => void {
  const library = copy as { formatters: Formatters }
  const { formatters } = library
  library.formatters = new Proxy(formatters, {
    get(target, key) {
      const format: unknown = Reflect.get(target, key)
      return typeof format === 'function' ? note(format as Formatter, context) : format
    },
  })
  return () => {
    library.formatters = formatters
  }
}

function note(format: Formatter, context: AdapterContext): Formatter {
  return function (value) {
    const text = format.call(this, value)
    const [shown] = shownArgs(context, [value])
    if (shown !== value) noted.push([String(text), String(format.call(this, shown))])
    return text
  }
}

/** The arguments of `formatArgs` as the record has them. */
export function withoutNoted(args: readonly unknown[]): readonly unknown[] {
  if (noted.length === 0) return args
  let text = String(args[0])
  let from = 0
  for (const [found, shown] of noted) {
    const at = text.indexOf(found, from)
    if (at < 0) continue
    text = text.slice(0, at) + shown + text.slice(at + found.length)
    from = at + shown.length
  }
  noted = []
  return [text, ...args.slice(1)]
}
