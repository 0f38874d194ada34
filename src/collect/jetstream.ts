// Jetstream: the input that consumes a stream of NATS JetStream and makes exactly one record of each message.
//
// That holds even if the collector or the server is killed. A message is appended to the queue and then acknowledged.
// This file decides which message is next, not the server: if the position of the durable consumer differs, or a
// message was lost, the consumer is created anew at our position.

import { join } from 'node:path'
import type { Consumer, ConsumerMessages, StreamInfo } from '@nats-io/jetstream'
import type { JetstreamInputOptions } from '../config/inputs.js'
import { notice } from '../core/notice.js'
import { clearTimeout, setTimeout } from '../core/originals.js'
import {
  checkNats,
  closeLink,
  clusterOf,
  explain,
  isNotFound,
  type Link,
  loadJetstream,
  openLink,
  serversOf,
} from '../handlers/jetstream/connection.js'
import type { Input, InputContext } from './input.js'
import { StreamPosition } from './position.js'
import { lineOf } from './stored.js'

/** Delay (ms) before a retry; doubled after each, up to the last. */
const FIRST_RETRY = 50
const LAST_RETRY = 5000
/** Messages per fetch. */
const FETCH = 1000
/** Time (ms) after which a fetch ends, with fewer messages. */
const EXPIRES = 5000

/**
 * Resolves at once, even if no server can be reached yet. Rejects with `LOGSHARE_ERR_HANDLER` if the client package is
 * not installed.
 */
export async function openJetstreamInput(
  options: JetstreamInputOptions,
  context: InputContext,
): Promise<Input> {
  checkNats()
  const reader = new StreamReader(options, context)
  const running = reader.run()
  return {
    label: reader.label,
    async close() {
      await reader.stop()
      await running
    },
  }
}

class StreamReader {
  readonly label: string
  readonly #options: JetstreamInputOptions
  readonly #stream: string
  readonly #durable: string
  readonly #position: StreamPosition
  #cluster: readonly string[] = []
  #link: Link | undefined
  #messages: ConsumerMessages | undefined
  #delay = FIRST_RETRY
  #isStopped = false
  #wake: (() => void) | undefined

  constructor(options: JetstreamInputOptions, context: InputContext) {
    this.#options = options
    this.#stream = options.stream ?? 'LOGS'
    this.#durable = options.durable ?? 'logshare'
    this.label = `jetstream ${serversOf(options).join(' ')} ${this.#stream}`
    const path = join(context.directory, 'stream.json')
    this.#position = new StreamPosition(path, context.last, context.append)
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#consume()
      } catch (error) {
        if (this.#isStopped) return
        const reason = explain(error, this.#stream)
        notice('LOGSHARE_WARN_LISTENER', `${this.label}: ${reason}; retrying`, this.label)
        await this.#pause()
      }
    }
  }

  /** Messages that were fetched and not appended yet are read again at the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wake?.()
    this.#messages?.stop()
    if (this.#link) await closeLink(this.#link)
  }

  // Runs until an error, which also closes the connection.
  async #consume(): Promise<void> {
    const link = await openLink(this.#options, this.#cluster)
    this.#link = link
    try {
      this.#cluster = clusterOf(link)
      const stream = await link.manager.streams.info(this.#stream)
      const last = this.#position.last(stream.created)
      this.#check(stream, last)
      await this.#read(link, await this.#getConsumer(link, last), last)
    } finally {
      await closeLink(link)
    }
  }

  // The durable consumer, positioned after the message appended last and with no unacknowledged messages.
  async #getConsumer({ connection, manager }: Link, last: number): Promise<Consumer> {
    const { AckPolicy, DeliverPolicy, jetstream } = loadJetstream()
    const [stream, durable] = [this.#stream, this.#durable]
    const { consumers } = jetstream(connection)
    const info = await manager.consumers.info(stream, durable).catch(unlessMissing)
    const subject = this.#options.subject
    const positions = [info?.ack_floor.stream_seq, info?.delivered.stream_seq]
    const isUsable =
      info?.config.filter_subject === subject && positions.every((seq) => seq === last)
    if (isUsable) return consumers.get(stream, durable)
    if (info) await manager.consumers.delete(stream, durable)
    await manager.consumers.add(stream, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      max_ack_pending: FETCH * 2,
      ...(subject !== undefined && { filter_subject: subject }),
      ...(last === 0
        ? { deliver_policy: DeliverPolicy.All }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: last + 1 }),
    })
    return consumers.get(stream, durable)
  }

  async #read({ connection }: Link, consumer: Consumer, from: number): Promise<void> {
    let last = from
    let delivered = (await consumer.info()).delivered.consumer_seq
    while (!this.#isStopped) {
      if (connection.isClosed()) throw new Error('the connection was closed')
      this.#messages = await consumer.fetch({ max_messages: FETCH, expires: EXPIRES })
      for await (const message of this.#messages) {
        const isAppended = message.seq <= last // its acknowledgement was lost
        const { deliverySequence, redelivered } = message.info
        const isNext = deliverySequence === ++delivered && (isAppended || !redelivered)
        if (!isNext) throw new Error('messages were lost in transit')
        if (!isAppended) this.#position.append(lineOf(message), message.seq)
        last = Math.max(last, message.seq)
        message.ack()
        if (this.#isStopped) return
      }
      this.#delay = FIRST_RETRY
    }
  }

  #check({ config, state }: StreamInfo, last: number): void {
    // With the other retention policies a message is removed while no consumer exists, and ours is recreated at times.
    const { Limits } = loadJetstream().RetentionPolicy
    if (config.retention !== Limits) throw new Error(`its retention is not '${Limits}'`)
    const missing = state.first_seq - last - 1
    if (last === 0 || missing <= 0) return
    const text = `${missing} records were removed from the stream before they were collected`
    notice('LOGSHARE_WARN_DROPPED', `${this.label}: ${text}`, `${this.label} ${last}`)
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#delay)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#delay = Math.min(this.#delay * 2, LAST_RETRY)
  }
}

function unlessMissing(error: unknown): undefined {
  if (!isNotFound(error)) throw error
}
