// The jetstream handler: publishes records to a stream of NATS JetStream, each acknowledged and known by an id.
//
// The subject is PREFIX.APP.HOST.LOGGER. A batch goes in windows, the next when the last one is acknowledged. After a
// fault nothing is assumed: the stream is asked what it has got, and one record goes alone before others follow it.

import type { JetStreamClient, StreamInfo } from '@nats-io/jetstream'
import type { JetstreamHandlerOptions } from '../../config/remote.js'
import { LEVELS } from '../../core/level.js'
import { notice } from '../../core/notice.js'
import { createFilter } from '../filter.js'
import type { Handler, HandlerContext } from '../handler.js'
import { parseLine } from '../lines.js'
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

/** Records on their way at once. */
const WINDOW = 512
/** Bytes of a message besides the record: its headers and subject. */
const AROUND = 4096
/** Nanoseconds for which the server knows an id again, in a stream that is made. */
const DUPLICATES = 120e9

/** Throws `LOGSHARE_ERR_HANDLER` if the client is not installed. */
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
  /** Bytes that a record may have. */
  readonly room: number
}

class Publisher {
  readonly #options: JetstreamHandlerOptions
  readonly #label: string
  readonly #context: HandlerContext
  readonly #name: string
  readonly #prefix: string
  readonly #app: string
  /** What the subjects of all our records begin with. */
  readonly #own: string
  #stream: Stream | undefined
  #cluster: readonly string[] = []
  /** The stream's sequence behind which what we do not know of would be; undefined before the first look at it. */
  #last: number | undefined
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
      const room = (link.connection.info?.max_payload ?? Number.POSITIVE_INFINITY) - AROUND
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
        duplicate_window: DUPLICATES,
      })
    } catch (error) {
      const info = await lookUp(link, this.#name) // another machine may have been quicker, with other replicas
      if (info) return info
      throw error
    }
  }

  // What was published and not acknowledged may be there, for longer perhaps than the server remembers ids.
  async #findStored({ manager }: Stream, messages: readonly Message[]): Promise<void> {
    const unsure = new Map(messages.map((message) => [message.id, message]))
    let seq = (this.#last ?? 0) + 1
    while (unsure.size > 0) {
      const query = { seq, next_by_subj: `${this.#own}.>` }
      const found = await manager.streams.getMessage(this.#name, query)
      if (!found) return
      const message = unsure.get(found.header.get('Nats-Msg-Id'))
      if (message) message.isStored = true
      seq = found.seq + 1
    }
  }

  // One alone at first if there was a fault: were there a leader only by the second, the first would be behind it.
  async #publish(stream: Stream, messages: readonly Message[]): Promise<void> {
    const left = messages.filter((message) => !message.isStored && !this.#leaveOut(stream, message))
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

  // Resolves with its place in the stream.
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

  // A server takes nothing larger than it says, and ends the connection.
  #leaveOut({ room }: Stream, message: Message): boolean {
    if (message.line.length <= room) return false
    message.isStored = true
    const { source, level = LEVELS.info } = parseLine(Buffer.from(message.line).toString())
    this.#context.dropped(source, level, 1)
    const text = `a record of ${message.line.length} bytes is more than its server takes`
    notice('LOGSHARE_WARN_DROPPED', `${this.#label}: ${text}`, `${this.#label} size`)
    return true
  }
}
