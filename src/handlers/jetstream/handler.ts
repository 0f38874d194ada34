// JetStream handler: publishes records to a NATS JetStream stream, in order, each acknowledged and deduped by its id.
//
// The subject is PREFIX.APP.HOST.LOGGER. A batch is published in windows; the next window starts when the last one is
// acknowledged. After a failure the handler reconnects, reads from the stream which records it has, and publishes one
// record alone before it continues. This keeps the order and stores nothing twice.

import type { JetStreamClient, StreamInfo } from '@nats-io/jetstream'
import type { JetstreamHandlerOptions } from '../../config/remote.js'
import { LEVELS } from '../../core/level.js'
import { notice } from '../../core/notice.js'
import { createFilter } from '../filter.js'
import type { Handler, HandlerContext } from '../handler.js'
import { parseBytes } from '../lines.js'
import { Courier, courierMethods, PartialFailure } from '../network/courier.js'
import {
  ANSWER_TIME,
  checkNats,
  closeLink,
  clusterOf,
  explain,
  type Link,
  loadJetstream,
  lookUp,
  openLink,
  serversOf,
} from './connection.js'
import { createHeaders, createMessage, type Message, ownSubject, tokens } from './message.js'

/** Records published and not acknowledged at the same time, at most. */
const WINDOW = 512
/** Bytes reserved in a message for its headers and subject. */
const OVERHEAD = 4096
/**
 * Dedupe window (ns) of a stream that we create: how long the server remembers ids. 2 minutes, the server's default.
 */
const DUPLICATE_WINDOW = 120e9

/**
 * Defaults: stream `LOGS`, prefix `logs`, app `node`, one replica, server `127.0.0.1:4222`. A missing stream is created
 * with file storage. Throws `LOGSHARE_ERR_HANDLER` if the NATS client is not installed.
 */
export function createJetstreamHandler(
  options: JetstreamHandlerOptions,
  context: HandlerContext,
): Handler {
  checkNats()
  const label = `jetstream ${serversOf(options).join(' ')}`
  const publisher = new Publisher(options, label, context)
  const courier = new Courier({ label, context, send: (lines) => publisher.send(lines) })
  return {
    ...courierMethods(courier),
    label,
    accepts: createFilter(options),
    async close() {
      courier.close()
      await publisher.close()
    },
  }
}

interface Stream extends Link {
  readonly client: JetStreamClient
  /** Size (bytes) of the largest record that the server accepts. */
  readonly room: number
}

class Publisher {
  readonly #options: JetstreamHandlerOptions
  readonly #label: string
  readonly #context: HandlerContext
  readonly #name: string
  readonly #prefix: string
  readonly #app: string
  /** Subject prefix of all records of this application on this machine. */
  readonly #own: string
  #stream: Stream | undefined
  #cluster: readonly string[] = []
  /** Stream sequence after which records of unknown outcome may be stored; undefined before the first connection. */
  #last: number | undefined
  /** Whether the last `send` failed, so that the outcome of its records is unknown. */
  #isUnsure = false

  constructor(options: JetstreamHandlerOptions, label: string, context: HandlerContext) {
    this.#options = options
    this.#label = label
    this.#context = context
    this.#name = options.stream ?? 'LOGS'
    this.#prefix = tokens(options.prefix ?? 'logs')
    this.#app = options.app ?? 'node'
    this.#own = ownSubject(this.#prefix, this.#app)
  }

  async send(lines: readonly Uint8Array[]): Promise<void> {
    const messages = lines.map((line) => createMessage(line, this.#own))
    try {
      this.#stream ??= await this.#open()
      if (this.#isUnsure) await this.#findStored(this.#stream, messages)
      await this.#publish(this.#stream, messages)
      this.#isUnsure = false
    } catch (error) {
      this.#isUnsure = true
      await this.close()
      const stored = messages.findIndex(({ isStored }) => !isStored)
      throw new PartialFailure(explain(error, this.#name), stored, { cause: error })
    }
  }

  async close(): Promise<void> {
    const stream = this.#stream
    this.#stream = undefined
    if (stream) await closeLink(stream)
  }

  async #open(): Promise<Stream> {
    const link = await openLink(this.#options, this.#cluster)
    try {
      const info = (await lookUp(link, this.#name)) ?? (await this.#create(link))
      this.#last = Math.min(this.#last ?? Number.POSITIVE_INFINITY, info.state.last_seq)
      this.#cluster = clusterOf(link)
      const room = (link.connection.info?.max_payload ?? Number.POSITIVE_INFINITY) - OVERHEAD
      const client = loadJetstream().jetstream(link.connection, { timeout: ANSWER_TIME })
      return { ...link, client, room }
    } catch (error) {
      await closeLink(link)
      throw error
    }
  }

  async #create(link: Link): Promise<StreamInfo> {
    const { StorageType } = loadJetstream()
    try {
      return await link.manager.streams.add({
        name: this.#name,
        subjects: [`${this.#prefix}.>`],
        storage: StorageType.File,
        num_replicas: this.#options.replicas ?? 1,
        duplicate_window: DUPLICATE_WINDOW,
      })
    } catch (error) {
      const info = await lookUp(link, this.#name) // another machine may have created it meanwhile, with other replicas
      if (info) return info
      throw error
    }
  }

  // Records published and not acknowledged may be in the stream, possibly for longer than the dedupe window.
  async #findStored({ manager }: Stream, messages: readonly Message[]): Promise<void> {
    const unknown = new Map(messages.map((message) => [message.id, message]))
    let seq = (this.#last ?? 0) + 1
    while (unknown.size > 0) {
      const query = { seq, next_by_subj: `${this.#own}.>` }
      const found = await manager.streams.getMessage(this.#name, query)
      if (!found) return
      const message = unknown.get(found.header.get('Nats-Msg-Id'))
      if (message) message.isStored = true
      seq = found.seq + 1
    }
  }

  // After a failure the first record is published alone. If the stream's leader is elected between the first and the
  // second record of a window, the first would fail, the second succeed, and the retry of the first would be out of
  // order.
  async #publish(stream: Stream, messages: readonly Message[]): Promise<void> {
    const left = messages.filter(
      (message) => !message.isStored && !this.#dropTooLarge(stream, message),
    )
    let at = 0
    while (at < left.length) {
      const end = this.#isUnsure && at === 0 ? 1 : at + WINDOW
      const window = left.slice(at, end).map((message) => this.#put(stream, message))
      const outcomes = await Promise.allSettled(window)
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      if (failed) throw failed.reason
      this.#last = Math.max(this.#last ?? 0, ...(await Promise.all(window)))
      this.#context.progressed()
      at = end
    }
  }

  // Resolves with the message's stream sequence.
  async #put({ client }: Stream, message: Message): Promise<number> {
    const { seq } = await client.publish(message.subject, message.line, {
      msgID: message.id,
      headers: createHeaders(this.#app),
      expect: { streamName: this.#name },
      timeout: ANSWER_TIME,
    })
    message.isStored = true
    return seq
  }

  // A server closes the connection when it gets a message above its `max_payload`.
  #dropTooLarge({ room }: Stream, message: Message): boolean {
    if (message.line.length <= room) return false
    message.isStored = true
    const { source, level = LEVELS.info } = parseBytes(message.line)
    this.#context.dropped(source, level, 1)
    const text = `a record of ${message.line.length} bytes exceeds the server's max_payload`
    notice('LOGSHARE_WARN_DROPPED', `${this.#label}: ${text}`, `${this.#label} size`)
    return true
  }
}
