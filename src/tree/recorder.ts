// Recorder: makes records of the lines that programs print, as producers of their own in one queue.

import { levelOfStream, readPrinted } from '../adapters/kit/capture/printed.js'
import { Lines } from '../adapters/node/lines.js'
import type { Settings } from '../config/options.js'
import { setFields } from '../core/context.js'
import { SILENT } from '../core/level.js'
import { process } from '../core/originals.js'
import { encodeMessage } from '../core/record.js'
import { createRedact } from '../core/redact.js'
import { Registry } from '../logger/registry.js'
import { type FrameHead, Kind } from '../queue/frame.js'
import { QueueHandler } from '../queue/handler.js'
import type { QueueWriter } from '../queue/queue.js'
import { HELLO } from '../queue/segment.js'
import { FileWriter } from '../queue/writer.js'
import type { ProgramOutput } from '../spawn/helper.js'
import type { Inheritance, ProcessHand } from '../spawn/inherit.js'
import { createFollower, type Follower } from './follower.js'
import { createTakeover } from './takeover.js'

/** Makes records of one stream's text. */
export interface Recorder {
  add(chunk: Buffer): void
  /** The last line may lack its end. */
  end(): void
}

export class Recorders {
  readonly #writer: FileWriter
  readonly #registry: Registry
  readonly #follower: Follower
  readonly #isRead: () => boolean
  readonly #hello: string
  readonly #streams: Settings['streams']
  #frames = 0

  /** Like a child, it writes to a queue and takes over if there is no listener. */
  constructor(
    { directory, source, digest }: ProcessHand,
    inheritance: Inheritance,
    isRead: () => boolean,
  ) {
    const { settings, isCollector } = inheritance
    const queue = { type: 'file', directory } as const
    const capture = { stdout: false, stderr: false }
    this.#follower = createFollower({ source, inheritance, capture, queue })
    const { producer, bell } = this.#follower.doorbell as NonNullable<Follower['doorbell']>
    if (!isCollector) bell.lost = createTakeover({ directory, producer, settings, digest, bell })
    this.#hello = JSON.stringify({ pid: process.pid, tid: 0, source })
    const wrote = (time: number): void => bell.ring(time)
    const policy = settings.overflow
    this.#writer = new FileWriter({ directory, producer, hello: this.#hello, wrote, policy })
    // It has the levels and the redaction; records go to the queues of their programs.
    const redact = createRedact(settings.redact)
    setFields(settings.fields, redact)
    this.#registry = new Registry(this.#createQueue(process.pid, source), undefined, redact)
    this.#registry.setLevels(inheritance.own)
    this.#follower.attach(this.#registry)
    this.#follower.connect()
    this.#isRead = isRead
    this.#streams = settings.streams
  }

  /** A program's recorders, whose records are counted together. */
  create({ pid, source, name }: ProgramOutput): (lib: 'stdout' | 'stderr') => Recorder {
    // From here on the root leaves the directory to this process when it exits, even if nothing was printed yet.
    this.#writer.write(HELLO, this.#hello)
    const queue = this.#createQueue(pid, source)
    return (lib) => {
      const lines = new Lines((line) => {
        if (this.#isRead()) this.#record(queue, name, lib, line)
      })
      return {
        add: (chunk) => lines.add(lines.decode(chunk, undefined)),
        end: () => lines.end(),
      }
    }
  }

  #createQueue(pid: number, source: string): QueueHandler {
    const queue = new QueueHandler({ pid, tid: 0, source }, this.#renumber())
    queue.made = this.#follower.check
    return queue
  }

  // The frames of a queue are counted, too, over all programs.
  #renumber(): QueueWriter {
    return {
      write: (head: FrameHead, text, vital) =>
        this.#writer.write({ ...head, seq: ++this.#frames }, text, vital),
      close() {},
    }
  }

  #record(queue: QueueHandler, program: string, lib: 'stdout' | 'stderr', line: string): void {
    try {
      const { redact } = this.#registry
      const { level = levelOfStream(lib, this.#streams), ...found } = readPrinted(line, redact)
      if (level === SILENT) return
      const { name = program, msg, fields } = found
      const node = this.#registry.node(name)
      if (level < node.limit) return
      const left = redact ? redact.fields(fields) : fields
      const text = encodeMessage(redact ? redact.message(msg) : msg)
      queue.handle(level, node.json, `${text},"lib":"${lib}"${left}`, Kind.COPY)
    } catch {
      // A line that cannot be made a record was copied all the same.
    }
  }
}
