// Shown: with the option `redact`, what a record's message shows of the values that a format has put into it (`%o`).

import { format } from 'node:util'
import type { Redact } from '../../core/redact.js'
import type { AdapterContext } from '../kit/adapter.js'
import { type Info, SPLAT } from './library.js'

/** Makes the record's message of the one that the logger's format has returned. */
export type Show = (message: unknown) => unknown

/** As in logform's format `splat`. */
const PLACEHOLDERS = /%[scdjifoO%]/g

/** To be called before the format runs, which may change the info. Undefined without the option. */
export function showFor(info: Info, context: AdapterContext): Show | undefined {
  if (!context.redacts) return undefined
  const { redact } = context.registry()
  if (!redact) return undefined
  const change = changeOf(info, redact)
  return (message) => {
    if (typeof message !== 'string') return redact.args([message])[0]
    return change ? change(message) : message
  }
}

// Undefined if nothing in the message has to be replaced.
function changeOf(
  { message, ...info }: Info,
  redact: Redact,
): ((text: string) => string) | undefined {
  const values = info[SPLAT] ?? (info.splat as readonly unknown[] | undefined)
  if (typeof message !== 'string' || !Array.isArray(values)) return undefined
  const count = (message.match(PLACEHOLDERS) ?? []).filter((each) => each !== '%%').length
  const [printed, shown] = [values, redact.args(values)].map((each) =>
    format(message, ...each.slice(0, count)),
  ) as [string, string]
  if (count === 0 || printed === shown) return undefined
  return (text) => {
    if (text.includes(printed)) return text.replace(printed, () => shown)
    return text === message ? text : shown
  }
}
