// Streams: tells where the destinations of pino's loggers lead, and leaves out those that another thread writes.

import type { Capture } from '../../core/stdio.js'
import { isData, standardOf } from '../kit/capture/stdio.js'
import { Leads, terminalLead } from '../kit/leads.js'
import { pathOf } from '../kit/paths.js'
import type { Stream } from './library.js'

/** How many streams in a row are looked at, each piped to the next. */
const MAX_PIPED = 4

const terminalTransports = new WeakSet<object>()

/** Notes that the stream is a transport whose thread writes to stdout or stderr. */
export function addTerminalTransport(stream: Stream): void {
  terminalTransports.add(stream)
}

const threads = new WeakMap<object, string>()

/** Notes what a transport is known by in all threads and processes. */
export function nameThread(stream: Stream, name: string): void {
  threads.set(stream, name)
}

/** Whether a file or transport, given by its path, is one that a child leaves to the root. */
export type IsLeft = (path: string) => boolean

/** In the root, children may leave each of them to it. */
export const ANY: IsLeft = () => true
export const NONE: IsLeft = () => false

/** Several bits for a multistream. */
export function leadsTo(stream: Stream, capture: Capture, isLeft: IsLeft): number {
  const { streams } = stream
  if (Array.isArray(streams)) {
    let all = 0
    for (const { stream: member } of streams) all |= leadsTo(member, capture, isLeft)
    return all
  }
  if (terminalTransports.has(stream)) return Leads.TERMINAL
  const end = endOf(stream)
  if (standardOf(end) !== undefined) return isData(end, capture) ? Leads.DATA : terminalLead(end)
  const path = knownAs(end)
  return path !== undefined && isLeft(path) ? Leads.OTHER : Leads.OWN
}

/** The files and transports that the stream, or the members of the multistream, lead to. */
export function sharedEnds(stream: Stream): readonly (readonly [path: string, end: Stream])[] {
  if (Array.isArray(stream.streams))
    return stream.streams.flatMap(({ stream: member }) => sharedEnds(member))
  if (terminalTransports.has(stream)) return []
  const end = endOf(stream)
  const path = standardOf(end) === undefined ? knownAs(end) : undefined
  return path === undefined ? [] : [[path, end]]
}

function knownAs(end: Stream): string | undefined {
  return threads.get(end) ?? pathOf(end)
}

/** A stream that writes to all members of a multistream but those that lead to one of `left`; undefined if none remains. */
export function restOf(
  stream: Stream,
  left: number,
  capture: Capture,
  isLeft: IsLeft,
): Stream | undefined {
  const leads = leadsTo(stream, capture, isLeft)
  if ((leads & left) === 0) return stream
  if ((leads & ~left) === 0 || !stream.streams) return undefined
  // The members stay in their places, because the option `dedupe` chooses among them.
  const streams = stream.streams.map((member) => {
    return { ...member, stream: restOf(member.stream, left, capture, isLeft) ?? NOWHERE }
  })
  return Object.create(stream, { streams: { value: streams } }) as Stream
}

const NOWHERE: Stream = { write() {} }

interface Piped {
  readonly _readableState?: { readonly pipes?: unknown }
}

// pino-pretty in this thread is a stream that is piped to its destination.
function endOf(stream: Stream): Stream {
  let end = stream
  for (let i = 0; i < MAX_PIPED; i++) {
    const pipes = (end as Piped)._readableState?.pipes
    if (!Array.isArray(pipes) || pipes.length !== 1) break
    end = pipes[0] as Stream
  }
  return end
}
