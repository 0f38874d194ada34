// Expected: the queue that a parent begins for a process it has started, which may still begin its own.
//
// It holds no records. The listener takes it for the queue of a producer that has not logged yet, and the directory stays
// until that process has ended.

import { existsSync } from 'node:fs'
import { segmentPath } from './segment.js'
import { FileWriter } from './writer.js'

/** Never throws. */
export function expect(directory: string, pid: number, source: string): void {
  const producer = expectedProducer(pid)
  if (!existsSync(directory) || existsSync(segmentPath(directory, producer, 0))) return
  const hello = JSON.stringify({ pid, tid: 0, source })
  const writer = new FileWriter({ directory, producer, hello })
  writer.begin()
  writer.close()
}

/** The producer under whose name a process is expected. */
export function expectedProducer(pid: number): string {
  return `${pid}-0-00000000`
}
