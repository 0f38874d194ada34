// Formatted: carries infos that a child has formatted itself to the transports of the root's logger.

import { pack } from '../kit/capture/codec.js'
import { restore } from '../kit/relay/restore.js'
import { type Format, type Info, LEVEL, type Logger, MESSAGE, type Transport } from './library.js'
import { isPlain } from './plain.js'
import { filesAmong } from './transports.js'

/** Of each transport with a format of its own, by its place in `filesAmong`: what that format has returned. */
type Results = readonly (readonly [place: number, info: unknown, text: string | null])[]

/** What the child's formats have returned, as JSON behind the info. */
export interface Formatted {
  readonly text: string | null
  readonly results: Results
}

/** Whether the root may run the formats of the logger and of the transports that it writes for a child. */
export function areFormatsPlain({ format }: Logger, others: readonly Transport[]): boolean {
  return isPlain(format) && others.every((each) => !each.format || isPlain(each.format))
}

/** Runs the formats of the transports. `info` is what the logger's format has returned. */
export function formatForOthers(info: Info, others: readonly Transport[]): string {
  const results: string[] = []
  for (const [place, { format }] of others.entries()) {
    if (!format) continue
    const result = format.transform(Object.assign({}, info), format.options)
    results.push(`[${place},${result ? pack(result) : 'false'},${textOf(result)}]`)
  }
  return `{"text":${textOf(info)},"results":[${results.join()}]}`
}

function textOf(info: Info | false | undefined): string {
  return JSON.stringify(info ? (info[MESSAGE] ?? null) : null)
}

/** For the root: what its transports' formats return for the record. `from` is the info that was relayed. */
export function resultsOf(
  logger: Logger,
  { results }: Formatted,
  from: Info,
): ReadonlyMap<Format, Info | false> {
  const others = filesAmong(logger)
  const found = new Map<Format, Info | false>()
  for (const [place, packed, text] of results) {
    const format = others[place]?.format
    if (format) found.set(format, packed === false ? false : withText(packed, text, from))
  }
  return found
}

function withText(packed: unknown, text: string | null, from: Info): Info {
  const info = restore(packed) as Info
  info[LEVEL] = from[LEVEL] ?? info.level
  if (text !== null) info[MESSAGE] = text
  return info
}
