// InputQueue: an input's way to the listener, a FileQueue in the runtime directory as applications have it.
//
// The count of the last record outlives the collector in a file of its own. It is written behind the record: what a killed
// collector has not got to is found at the end of the queue that it has left.

import { createHash } from 'node:crypto'
import { closeSync, constants, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import type { InputOptions } from '../config/inputs.js'
import { monotonic } from '../core/clock.js'
import { levelName } from '../core/level.js'
import { Doorbell } from '../queue/doorbell.js'
import { Kind } from '../queue/frame.js'
import type { QueuePolicy } from '../queue/queue.js'
import { FileReader } from '../queue/reader.js'
import { listProducers, producerId } from '../queue/segment.js'
import { FileWriter } from '../queue/writer.js'
import type { Give, InputPlace } from './input.js'
import { completeLine, makeLine } from './line.js'

const WARN = 40
const DIGITS = 20

export interface InputQueue {
  readonly place: InputPlace
  close(): void
}

/** `policy`: how far the listener may be behind. */
export function openInputQueue(
  directory: string,
  options: InputOptions,
  policy: QueuePolicy,
): InputQueue {
  const key = keyOf(options)
  const home = join(directory, 'inputs', key)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const count = new LastCount(join(home, 'last'), (last) => lastLeft(directory, key, last))
  const producer = producerId(process.pid, threadId)
  const origin = { pid: process.pid, tid: threadId, source: options.type }
  const bell = new Doorbell(directory, producer)
  const writer = new FileWriter({
    directory,
    producer,
    hello: JSON.stringify({ ...origin, input: key }),
    wrote: (time) => bell.ring(time),
    policy,
  })
  const give = createGive(writer, origin, count)
  return {
    place: { give, last: () => count.last, directory: home },
    close() {
      writer.close()
      bell.close()
      count.close()
    },
  }
}

type Origin = { readonly pid: number; readonly tid: number; readonly source: string }

// What finds no room is counted and told of by a record of its own, as a producer does.
function createGive(writer: FileWriter, origin: Origin, count: LastCount): Give {
  let dropped: Record<string, number> = {}
  const put = (line: string, seq: number, report = false): boolean => {
    const time = monotonic()
    const { level, text } = completeLine(line, { ...origin, seq })
    const kind = report ? Kind.REPORT : Kind.RECORD
    if (writer.write({ kind, level, time, seq: seq >>> 0 }, text)) return true
    const name = levelName(level)
    if (!report) dropped[name] = (dropped[name] ?? 0) + 1
    return false
  }
  const tell = (): void => {
    const total = Object.values(dropped).reduce((sum, each) => sum + each, 0)
    if (total === 0) return
    const msg = `${total} records dropped: the queue was full`
    const fields = { dropped: { [origin.source]: dropped } }
    const head = { level: WARN, time: Date.now(), ...origin, name: 'logshare', msg }
    if (put(makeLine(head, fields), count.last, true)) dropped = {}
  }
  return (lines, given) => {
    tell()
    for (const [index, line] of lines.entries()) {
      const isLast = index === lines.length - 1
      const seq = given === undefined ? count.last + 1 : isLast ? given : count.last
      if (!put(line, seq)) throw new Error('the queue is full')
      count.last = seq
    }
    count.note()
  }
}

// The same over restarts, and other for each input.
function keyOf(options: InputOptions): string {
  const identity =
    options.type === 'jetstream'
      ? [options.servers, options.stream, options.durable]
      : [options.address]
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex')
  return `${options.type}-${hash.slice(0, 8)}`
}

class LastCount {
  readonly #fd: number
  last: number

  constructor(path: string, left: (last: number) => number) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
    this.last = left(Number.parseInt(readFileSync(path, 'latin1'), 10) || 0)
    this.note()
  }

  note(): void {
    writeSync(this.#fd, `${String(this.last).padStart(DIGITS)}\n`, 0)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

// The greatest count in the queues that an input of a collector before has left, or the one that is known.
function lastLeft(directory: string, key: string, known: number): number {
  let last = known
  for (const [producer, first] of listProducers(directory)) {
    const reader = new FileReader(directory, producer, [first, 0])
    for (let frame = reader.peek(); frame && isOf(reader, key); frame = reader.peek()) {
      const ahead = (frame.seq - last) | 0 // frames have the lower half of a count
      if (ahead > 0) last += ahead
      reader.next()
      reader.release()
    }
    reader.close()
  }
  return last
}

function isOf({ hello }: FileReader, key: string): boolean {
  return hello?.includes(`"input":"${key}"`) ?? false
}
