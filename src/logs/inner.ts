// Inner: the line that a program has written, as a record of its own, within the line that its container's runtime has made of it.

import { Line, LineReader } from './line.js'
import type { LogEntry } from './page.js'
import { isDocker, joinCri, joinDocker, partAt } from './parts.js'

const CRI = /^ std(?:out|err) [FP] /
/** Length of what stands between the time of a line of CRI and that of the program. */
const CRI_LENGTH = ' stdout F '.length
const DOCKER_LENGTH = '{"log":"'.length
const STREAM = Buffer.from('","stream":"')
const LINE_FEED = 0x0a
const BRACE = 0x7b
const L = 0x6c
const BLANK = 0x20

/** Undefined for all other records. Its own time is not read if it is a JSON object: that of the runtime counts. */
export function innerOf(entry: LogEntry): LogEntry | undefined {
  const { bytes, start, end, isJson, timeLength } = entry
  if (isJson ? bytes[start + 2] !== L : bytes[start + timeLength] !== BLANK) return undefined
  if (!isContainers(entry)) return undefined
  if (!isJson && isOneLine(entry))
    return recordOf(bytes, start + timeLength + CRI_LENGTH, end, entry.time)
  const text = isJson ? textOfDocker(entry) : textOfCri(entry)
  if (text === undefined) return undefined
  const copy = Buffer.from(text)
  return recordOf(copy, 0, copy.length, entry.time)
}

/**
 * The offsets in a record's bytes of the text that may tell its level, if it is one that need not be decoded: that of the
 * program in a container, or all.
 */
export function textRange(entry: LogEntry): readonly [start: number, end: number] | undefined {
  const { bytes, start, end, isJson, timeLength } = entry
  if (isJson) return bytes[start + 2] === L ? dockersRange(entry) : undefined
  if (bytes[start + timeLength] !== BLANK || !isContainers(entry)) return [start, end]
  const from = start + timeLength + CRI_LENGTH
  return bytes[from] === BRACE || !isOneLine(entry) ? undefined : [from, end]
}

function dockersRange(entry: LogEntry): readonly [start: number, end: number] | undefined {
  const { bytes, start, end } = entry
  const from = start + DOCKER_LENGTH
  if (bytes[from] === BRACE || !isDocker(bytes, start) || !isOneLine(entry)) return undefined
  const length = bytes.subarray(from, end).indexOf(STREAM)
  return length < 0 ? undefined : [from, from + length]
}

function isContainers({ bytes, start, end, isJson, isTimed, timeLength }: LogEntry): boolean {
  return isTimed && partAt(bytes, start, end, isJson ? start : start + timeLength) !== 0
}

function isOneLine({ bytes, start, end }: LogEntry): boolean {
  const feed = bytes.indexOf(LINE_FEED, start)
  return feed < 0 || feed >= end
}

function recordOf(bytes: Buffer, start: number, end: number, time: number): LogEntry {
  let last = end - 1
  while (last > start && (bytes[last] as number) <= BLANK) last--
  if (bytes[start] === BRACE && bytes[last] === 0x7d)
    return { bytes, start, end, time, isTimed: true, timeLength: 0, isJson: true }
  const lines = new LineReader(time)
  const isTimed = lines.read(bytes, start, end) === Line.TEXT
  const timeLength = isTimed ? lines.timeEnd - start : 0
  return { bytes, start, end, time, isTimed, timeLength, isJson: false }
}

function textOfDocker({ bytes, start, end }: LogEntry): string | undefined {
  try {
    const line = joinDocker(bytes.toString('utf8', start, end))
    const { log } = JSON.parse(line) as { readonly log?: unknown }
    return typeof log === 'string' ? log.replace(/\r?\n$/, '') : undefined
  } catch {
    return undefined
  }
}

function textOfCri({ bytes, start, end, timeLength }: LogEntry): string {
  return joinCri(bytes.toString('utf8', start + timeLength, end).replace(CRI, ''))
}
