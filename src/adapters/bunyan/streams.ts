// Streams: tells where the streams of a bunyan logger lead.

import type { Capture } from '../../core/stdio.js'
import { standardOf } from '../kit/capture/stdio.js'
import { Leads, terminalLead } from '../kit/leads.js'
import type { LogStream } from './library.js'

export function leadsTo(stream: LogStream, capture: Capture): number {
  if (isOther(stream)) return Leads.OTHER
  const end = endOf(stream)
  const output = standardOf(end)
  if (!end || output === undefined) return Leads.MEMORY
  return (output === 1 ? capture.stdout : capture.stderr) ? terminalLead(end) : Leads.DATA
}

export function isOther(stream: LogStream): boolean {
  return !isRingBuffer(stream) && outputOf(stream) === undefined
}

/** Identifies a stream among those of its logger in all threads and processes. */
export function streamKey(stream: LogStream, index: number): string {
  return stream.name ?? stream.path ?? String(outputOf(stream) ?? `#${index}`)
}

// Several copies of bunyan may be loaded, so the class is known by its name.
function isRingBuffer({ raw, stream }: LogStream): boolean {
  return raw === true && stream?.constructor?.name === 'RingBuffer'
}

interface Formatting {
  readonly _transform?: unknown
  readonly _readableState?: { readonly pipes?: readonly object[] }
  /** Where a stream of bunyan-format writes. */
  readonly out?: object
}

// 1 or 2 if the stream is stdout or stderr, or formats what is written to it for nothing else.
function outputOf(stream: LogStream): 1 | 2 | undefined {
  return standardOf(endOf(stream))
}

function endOf({ path, stream }: LogStream): { readonly fd?: unknown } | undefined {
  if (path !== undefined) return undefined
  const { _transform, _readableState, out } = (stream ?? {}) as Formatting
  const ends = out ? [out] : _transform ? (_readableState?.pipes ?? []) : []
  return ends.length > 1 ? undefined : (ends[0] ?? stream)
}
