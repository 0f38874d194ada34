// Inner: the line that a program has written, as a record of its own, within the line that its container's runtime has made of it.

import { Line, LineReader } from './line.js'
import type { LogEntry } from './page.js'
import { joinCri, joinDocker, partAt } from './parts.js'

const CRI = /^ std(?:out|err) [FP](?::\S*)? /

/** Undefined for all other records. Its own time is not read if it is a JSON object: that of the runtime counts. */
export function innerOf(entry: LogEntry): LogEntry | undefined {
  const text = entry.isJson ? ofDocker(entry) : ofCri(entry)
  if (text === undefined) return undefined
  const bytes = Buffer.from(text)
  const end = bytes.length
  const common = { bytes, start: 0, end, time: entry.time }
  if (text.startsWith('{') && text.trimEnd().endsWith('}'))
    return { ...common, isTimed: true, timeLength: 0, isJson: true }
  const lines = new LineReader(entry.time)
  const isTimed = lines.read(bytes, 0, end) === Line.TEXT
  return { ...common, isTimed, timeLength: isTimed ? lines.timeEnd : 0, isJson: false }
}

function ofDocker({ bytes, start, end }: LogEntry): string | undefined {
  if (partAt(bytes, start, end, start) === 0) return undefined
  try {
    const { log } = JSON.parse(joinDocker(bytes.toString('utf8', start, end))) as {
      readonly log?: unknown
    }
    return typeof log === 'string' ? log.replace(/\r?\n$/, '') : undefined
  } catch {
    return undefined
  }
}

function ofCri({ bytes, start, end, isTimed, timeLength }: LogEntry): string | undefined {
  const from = start + timeLength
  if (!isTimed || partAt(bytes, start, end, from) === 0) return undefined
  const text = bytes.toString('utf8', from, end)
  return joinCri(text.replace(CRI, ''))
}
