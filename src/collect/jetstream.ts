// The jetstream input: consumes a stream of NATS JetStream, each message given exactly once, over deaths of either side.
//
// A message is given and then acknowledged. What is next is decided here, not by the server: wherever its durable consumer
// stands elsewhere, or a message was lost on the way, it is made anew at our place.

import { join } from 'node:path'
import type { Consumer, ConsumerMessages, StreamInfo } from '@nats-io/jetstream'
import type { JetstreamInputOptions } from '../config/inputs.js'
import { notice } from '../core/notice.js'
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
import type { Input, InputPlace } from './input.js'
import { StreamPlace } from './place.js'
import { lineOf } from './stored.js'

/** Milliseconds until the next try, twice as many after each, up to the last. */
const FIRST_RETRY = 50
const LAST_RETRY = 5000
/** Messages asked for at once. */
const FETCH = 1000
/** Milliseconds for which a request for messages stands. */
const EXPIRES = 5000

/** Resolves at once: servers may come later. Rejects with `LOGSHARE_ERR_HANDLER` if the client is not installed. */
export async function openJetstreamInput(
  options: JetstreamInputOptions,
  place: InputPlace,
): Promise<Input> {
  checkNats()
  const feed = new Feed(options, place)
  const running = feed.run()
  return {
    label: feed.label,
    async close() {
      await feed.stop()
      await running
    },
  }
}

class Feed {
  readonly label: string
  readonly #options: JetstreamInputOptions
  readonly #stream: string
  readonly #durable: string
  readonly #place: StreamPlace
  #cluster: readonly string[] = []
  #link: Link | undefined
  #messages: ConsumerMessages | undefined
  #delay = FIRST_RETRY
  #isStopped = false
  #wake: (() => void) | undefined

  constructor(options: JetstreamInputOptions, place: InputPlace) {
    this.#options = options
    this.#stream = options.stream ?? 'LOGS'
    this.#durable = options.durable ?? 'logshare'
    this.label = `jetstream ${serversOf(options).join(' ')} ${this.#stream}`
    const path = join(place.directory, 'stream.json')
    this.#place = new StreamPlace(path, place.last, place.give)
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#consume()
      } catch (error) {
        if (this.#isStopped) return
        const reason = explain(error, this.#stream)
        notice('LOGSHARE_WARN_LISTENER', `${this.label}: ${reason}; tried again`, this.label)
        await this.#pause()
      }
    }
  }

  /** What was fetched and not given yet is left to the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wake?.()
    this.#messages?.stop()
    if (this.#link) await closeLink(this.#link)
  }

  // Until a fault; the connection goes with it.
  async #consume(): Promise<void> {
    const link = await openLink(this.#options, this.#cluster)
    this.#link = link
    try {
      this.#cluster = clusterOf(link)
      const stream = await link.manager.streams.info(this.#stream)
      const last = this.#place.last(stream.created)
      this.#check(stream, last)
      await this.#read(link, await this.#position(link, last), last)
    } finally {
      await closeLink(link)
    }
  }

  // The durable consumer, standing behind what was given, with nothing under way.
  async #position({ connection, manager }: Link, last: number): Promise<Consumer> {
    const { AckPolicy, DeliverPolicy, jetstream } = loadJetstream()
    const [stream, durable] = [this.#stream, this.#durable]
    const { consumers } = jetstream(connection)
    const info = await manager.consumers.info(stream, durable).catch(unlessMissing)
    const subject = this.#options.subject
    const stands = [info?.ack_floor.stream_seq, info?.delivered.stream_seq]
    const isThere = info?.config.filter_subject === subject && stands.every((seq) => seq === last)
    if (isThere) return consumers.get(stream, durable)
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
        const isGiven = message.seq <= last // its acknowledgement did not arrive
        const { deliverySequence, redelivered } = message.info
        const isNext = deliverySequence === ++delivered && (isGiven || !redelivered)
        if (!isNext) throw new Error('messages were lost on their way')
        if (!isGiven) this.#place.give(lineOf(message), message.seq)
        last = Math.max(last, message.seq)
        message.ack()
        if (this.#isStopped) return
      }
      this.#delay = FIRST_RETRY
    }
  }

  #check({ config, state }: StreamInfo, last: number): void {
    // Others forget what no consumer is there for, and ours is made anew at times.
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
