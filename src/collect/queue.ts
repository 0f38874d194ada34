// Queue: an input's queue to the listener, a queue file in the runtime directory like an application's.
//
// The sequence number of the last record is kept in a file of its own, which is written after the record. If the
// collector was killed in between, the next one finds the number at the end of the queue.

import { createHash } from 'node:crypto'
import { closeSync, constants, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import type { InputOptions } from '../config/inputs.js'
import { monotonic } from '../core/clock.js'
import { levelName } from '../core/level.js'
import { process, wallNow } from '../core/originals.js'
import type { Redact } from '../core/redact.js'
import { Doorbell } from '../queue/doorbell.js'
import { Kind } from '../queue/frame.js'
import type { QueuePolicy } from '../queue/queue.js'
import { FileReader } from '../queue/reader.js'
import { listProducers, producerId } from '../queue/segment.js'
import { FileWriter } from '../queue/writer.js'
import type { Append, InputContext } from './input.js'
import { completeLine, makeLine } from './line.js'

const WARN = 40
const DIGITS = 20

export interface InputQueue {
  readonly context: InputContext
  close(): void
}

/** `policy`: what happens when the queue is full. `redact` is applied to each record. Throws the system's error. */
export function openInputQueue(
  directory: string,
  options: InputOptions,
  policy: QueuePolicy,
  redact?: Redact,
): InputQueue {
  const key = keyOf(options)
  const home = join(directory, 'inputs', key)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const last = new LastSeq(join(home, 'last'), (stored) => lastQueued(directory, key, stored))
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
  const append = createAppend(writer, origin, last, redact)
  return {
    context: { append, last: () => last.seq, directory: home },
    close() {
      writer.close()
      bell.close()
      last.close()
    },
  }
}

type Origin = { readonly pid: number; readonly tid: number; readonly source: string }

// Records that do not fit are counted, and a later record reports them, as for a producer.
function createAppend(
  writer: FileWriter,
  origin: Origin,
  last: LastSeq,
  redact: Redact | undefined,
): Append {
  let dropped: Record<string, number> = {}
  const put = (line: string, seq: number): boolean => {
    const time = monotonic()
    const { level, text } = completeLine(line, { ...origin, seq }, redact)
    if (writer.write({ kind: Kind.RECORD, level, time, seq: seq >>> 0 }, text)) return true
    const name = levelName(level)
    dropped[name] = (dropped[name] ?? 0) + 1
    return false
  }
  const reportDrops = (): void => {
    const total = Object.values(dropped).reduce((sum, each) => sum + each, 0)
    if (total === 0) return
    const msg = `${total} records dropped: the queue was full`
    const fields = { dropped: { [origin.source]: dropped } }
    const { seq } = last
    const text = makeLine(
      { level: WARN, time: wallNow(), ...origin, seq, name: 'logshare', msg },
      fields,
    )
    const head = { kind: Kind.REPORT, level: WARN, time: monotonic(), seq: seq >>> 0 }
    if (writer.write(head, text)) dropped = {}
  }
  return (lines, given) => {
    reportDrops()
    for (const [index, line] of lines.entries()) {
      const isLast = index === lines.length - 1
      const seq = given === undefined ? last.seq + 1 : isLast ? given : last.seq
      if (!put(line, seq)) throw new Error('the queue is full')
      last.seq = seq
    }
    last.save()
  }
}

// Identifies the input across restarts of the collector.
function keyOf(options: InputOptions): string {
  const identity =
    options.type === 'jetstream'
      ? [options.servers, options.stream, options.durable]
      : [options.address]
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex')
  return `${options.type}-${hash.slice(0, 8)}`
}

class LastSeq {
  readonly #fd: number
  seq: number

  /** `findLast` gets the stored number and returns the actual one. */
  constructor(path: string, findLast: (stored: number) => number) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
    this.seq = findLast(Number.parseInt(readFileSync(path, 'latin1'), 10) || 0)
    this.save()
  }

  save(): void {
    writeSync(this.#fd, `${String(this.seq).padStart(DIGITS)}\n`, 0)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

// The greatest sequence number in the queues that this input left under earlier collectors, at least `stored`.
function lastQueued(directory: string, key: string, stored: number): number {
  let last = stored
  for (const [producer, first] of listProducers(directory)) {
    const reader = new FileReader(directory, producer, [first, 0])
    for (let frame = reader.peek(); frame && isOf(reader, key); frame = reader.peek()) {
      const ahead = (frame.seq - last) | 0 // frames have the lower 32 bits only
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
