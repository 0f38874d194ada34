// Streams: tells where the streams of a bunyan logger lead.

import { resolve } from 'node:path'
import type { Capture } from '../../core/stdio.js'
import { standardOf } from '../kit/capture/stdio.js'
import { Leads, terminalLead } from '../kit/leads.js'
import { pathOf } from '../kit/paths.js'
import type { LogStream } from './library.js'

/** `isLeft`: whether a child leaves the file of this path to the root. */
export function leadsTo(
  stream: LogStream,
  capture: Capture,
  isLeft: (path: string) => boolean,
): number {
  if (isRingBuffer(stream)) return Leads.MEMORY
  const end = endOf(stream)
  const fd = standardOf(end)
  if (end && fd !== undefined)
    return (fd === 1 ? capture.stdout : capture.stderr) ? terminalLead(end) : Leads.DATA
  const file = fileOf(stream)
  return file !== undefined && isLeft(file) ? Leads.OTHER : Leads.OWN
}

/** The path of the file that the stream writes. */
export function fileOf(stream: LogStream): string | undefined {
  if (isRingBuffer(stream)) return undefined
  if (stream.path !== undefined) return resolve(stream.path)
  const ends = endsOf(stream)
  return ends.length === 1 ? pathOf(ends[0]) : undefined
}

/** The stream that writes the file, if it is not one that bunyan has opened. */
export function fileEnd(stream: LogStream): object | undefined {
  return stream.path === undefined && fileOf(stream) !== undefined ? endsOf(stream)[0] : undefined
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

// Where a stream without a path of its own leads to, if that is one place.
function endOf(stream: LogStream): { readonly fd?: unknown } | undefined {
  if (stream.path !== undefined) return undefined
  const ends = endsOf(stream)
  return ends.length > 1 ? undefined : ends[0]
}

// Where a stream that formats writes to; the stream itself for any other.
function endsOf({ stream }: LogStream): readonly object[] {
  const { _transform, _readableState, out } = (stream ?? {}) as Formatting
  const ends = out ? [out] : _transform ? (_readableState?.pipes ?? []) : []
  return ends.length > 0 ? ends : [stream]
}
