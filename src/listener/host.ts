// Host: the root's handle on its listener, which lives inline until the first child comes and in a thread from then on.

import { randomUUID } from 'node:crypto'
import type { MessagePort, Worker } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { diagnose } from '../core/diagnostics.js'
import { makeDirectory, removeDirectory } from '../core/directory.js'
import { dropLock, takeLock } from '../core/lock.js'
import { notice, reasonOf } from '../core/notice.js'
import type { Settings } from '../core/options.js'
import { createHandler, createHandlers } from '../handlers/create.js'
import type { Handler } from '../handlers/handler.js'
import { lineOf, type Send } from '../handlers/relay.js'
import { createBell } from '../queue/bell.js'
import { createRing, RingWriter } from '../queue/ring.js'
import { Ask, type News, type Parcel } from './channel.js'
import { Count, Listener } from './listener.js'
import { Remote } from './remote.js'
import { hasLivingProducers } from './source.js'
import { readState } from './state.js'

/** Milliseconds main waits at most before a child's end is told to the application. */
const BARRIER_LIMIT = 500
/** Milliseconds between two looks of the main thread at other producers' queues, when it has to do that itself. */
const POLL_INTERVAL = 20
/** Threads that may die before the main thread does the work itself. */
const MAX_DEATHS = 3
/** Milliseconds that records of the inline listener wait at most while code that makes more goes on. */
const INLINE_DELAY = 10
/** Due time of everything there is. */
const ALL = Number.POSITIVE_INFINITY

// As they are now: an application's tests put others in their place.
const nextTick = process.nextTick
const startInterval = setInterval
const stopInterval = clearInterval

export interface HostOptions {
  readonly settings: Settings
  /** The class as it was before it was patched. */
  readonly Worker: typeof Worker
  /** Takes lines on the root's main thread. */
  readonly take: (purpose: Parcel['purpose'], lines: readonly string[]) => void
}

/** When records of the inline listener are handled: within the call that makes them, or after the code that made them. */
export type Pace = 'at once' | 'batched'

/** What `stats()` tells of the listener. */
export interface ListenerStats {
  /** `thread` once there was a child. */
  readonly listener: 'inline' | 'thread'
  readonly records: number
  readonly bytes: number
  /** Times that bytes in a queue were skipped because they were no frames. */
  readonly damaged: number
  /** Calls of handlers that threw. */
  readonly failed: number
  /** Producers whose queues are served now. */
  readonly producers: number
  /** Lines for the main thread that were dropped because it did not take them. */
  readonly undelivered: number
}

export class Host {
  /** The root's own way in. */
  readonly queue: RingWriter
  /** Shared with every thread of the root. */
  readonly bell: SharedArrayBuffer = createBell()
  readonly #take: HostOptions['take']
  readonly #counters = new Float64Array(new SharedArrayBuffer(Count.SIZE * 8))
  readonly #memory: SharedArrayBuffer = createRing()
  readonly #remote: Remote
  /** Rings of the threads that live, should the listener's thread not. */
  readonly #rings = new Map<string, SharedArrayBuffer>()
  #settings: Settings
  #inline: Listener | undefined
  #directory: string | undefined
  #pace: Pace = 'at once'
  #scheduled = false
  #scheduledAt = 0
  #tapped = false
  #removeTap: (() => void) | undefined
  #deaths = 0
  #polling: NodeJS.Timeout | undefined
  #closed = false

  /** Opens the handlers; throws `LOGSHARE_ERR_HANDLER` if one cannot be opened. */
  constructor({ settings, Worker, take }: HostOptions) {
    this.#settings = settings
    this.#take = take
    this.queue = new RingWriter(this.#memory, settings.overflow, new Int32Array(this.bell))
    this.#remote = new Remote({
      Worker,
      bell: this.bell,
      counters: this.#counters.buffer as SharedArrayBuffer,
      take: (message) => this.#receive(message),
      died: (reason) => this.#replace(reason),
    })
    this.#openInline()
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Goes on, inline, with other settings. Throws `LOGSHARE_ERR_HANDLER`, and then with those it had. */
  open(settings: Settings, pace: Pace): void {
    const before = this.#settings
    this.#closeInline()
    try {
      this.#settings = settings
      this.#openInline()
      this.#pace = pace
    } catch (error) {
      this.#settings = before
      this.#openInline()
      throw error
    }
    this.#deaths = 0
    this.#closed = false
    this.queue.open()
  }

  /** Moves the listener into its thread; main may block as it likes afterwards. */
  start(): void {
    if (this.#remote.isRunning || this.#closed || this.#deaths > MAX_DEATHS) return
    this.#closeInline()
    this.#remote.start({
      settings: this.#settings,
      rings: [this.#memory, ...(this.#deaths > 0 ? this.#rings.values() : [])],
      directory: this.#directory,
      tap: this.#tapped,
    })
  }

  /** The worker that must stay out of the application's sight. */
  isListener(worker: unknown): boolean {
    return this.#remote.isThread(worker)
  }

  /** A port for a new thread of the root, whose ring the listener reads from its start on; its end ends the ring. */
  prepareRing(memory: SharedArrayBuffer): MessagePort {
    const { MessageChannel } =
      require('node:worker_threads') as typeof import('node:worker_threads')
    const { port1, port2 } = new MessageChannel()
    const id = randomUUID()
    this.#rings.set(id, memory)
    this.#remote.post({ type: 'ring', id, memory, port: port1 }, [port1])
    return port2
  }

  /** The runtime directory, made and watched from now on. Throws `LOGSHARE_ERR_DIR`. */
  directory(): string {
    if (this.#directory === undefined) {
      this.#directory = makeDirectory()
      if (this.#remote.isRunning) this.#remote.post({ type: 'watch', directory: this.#directory })
    }
    return this.#directory
  }

  /** Serves a directory that a listener before has left, in a thread. */
  adopt(directory: string): void {
    this.#directory = directory
    this.start()
  }

  /** Writes what a directory holds whose listener is gone, at once, and closes. */
  finish(directory: string): void {
    this.#closeInline()
    this.#directory = directory
    this.#goOnInline()
    this.close()
  }

  /** Whether the handlers on the main thread want every line. */
  tap(on: boolean): void {
    this.#tapped = on
    if (this.#inline) this.#tapInline(this.#inline)
    else this.#remote.post({ type: 'tap', on })
  }

  /** Resolves when everything logged before has left the process. */
  async flush(): Promise<void> {
    if (!this.#inline) return this.#remote.flush()
    this.#inline.pumpUntil(ALL)
    await this.#inline.flush()
  }

  /** Waits, briefly, until what children have written is out: before the application hears of a child's end. */
  barrier(): void {
    const relays = this.#settings.handlers.some((handler) => handler.type === 'relay')
    if (this.#remote.isRunning && relays) this.#remote.wait(Ask.BARRIER, BARRIER_LIMIT)
  }

  /** Ends the listener when all is written. Waits as long as it makes progress. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    stopInterval(this.#polling)
    this.#leaveDirectory(this.#inline ? this.#endInline(this.#inline) : this.#endThread())
    this.queue.close()
  }

  stats(): ListenerStats {
    const count = (slot: number): number => this.#counters[slot] ?? 0
    return {
      listener: this.#remote.isRunning ? 'thread' : 'inline',
      records: count(Count.RECORDS),
      bytes: count(Count.BYTES),
      damaged: count(Count.DAMAGED),
      failed: count(Count.FAILED),
      producers: count(Count.SOURCES),
      undelivered: this.#remote.undelivered,
    }
  }

  // The two ends tell whether producers live on in the runtime directory.
  #endInline(listener: Listener): boolean {
    listener.reap()
    listener.pumpUntil(ALL)
    const left = listener.hasLiving()
    this.#closeInline()
    return left
  }

  #endThread(): boolean {
    const isDone = this.#remote.wait(Ask.STOP, ALL)
    diagnose('listener', 'ended: %o', this.stats())
    this.#remote.forget()
    if (isDone) return this.#remote.hasLeft
    this.#goOnInline() // the thread died while main was waiting for it
    return this.#inline ? this.#endInline(this.#inline) : false
  }

  // Living producers keep it: one of them takes the lock and goes on. One that ended before it was dropped could not.
  #leaveDirectory(left: boolean): void {
    const directory = this.#directory
    if (directory === undefined) return
    if (left) {
      dropLock(directory)
      if (hasLivingProducers(directory) || !takeLock(directory)) {
        this.#directory = undefined
        return
      }
      this.#goOnInline()
      this.#closeInline()
    }
    removeDirectory(directory)
    this.#directory = undefined
  }

  // Throws `LOGSHARE_ERR_HANDLER`.
  #openInline(): void {
    const send: Send = (lines) => this.#take('relay', lines)
    this.#openWith(this.#settings.handlers.map((options) => createHandler(options, send)))
  }

  #openWith(handlers: readonly Handler[]): void {
    const listener = new Listener({
      window: this.#settings.order.window,
      handlers,
      counters: this.#counters,
    })
    listener.addRing(this.#memory)
    this.#inline = listener
    this.#tapInline(listener)
    this.queue.drain = () => listener.pumpUntil(ALL)
    this.queue.wrote = (time) => this.#schedule(time)
  }

  #closeInline(): void {
    const listener = this.#inline
    if (!listener) return
    this.queue.drain = undefined
    this.queue.wrote = undefined
    listener.reap()
    listener.pumpUntil(ALL)
    void listener.close()
    this.#inline = undefined
  }

  // In the place of a listener before, without throwing into the application.
  #goOnInline(): void {
    const marks = this.#directory === undefined ? [] : readState(this.#directory).marks
    const send: Send = (lines) => this.#take('relay', lines)
    this.#openWith(createHandlers(this.#settings.handlers, send, marks))
    for (const memory of this.#rings.values()) this.#inline?.addRing(memory)
    if (this.#directory !== undefined) this.#inline?.watch(this.#directory)
    this.#inline?.scan()
    this.#inline?.pumpUntil(monotonic())
  }

  // Records made in one go are handled in one go, right after the code that made them. But code that goes on for long,
  // and may be killed in it, does not keep them to itself for longer than a moment.
  #schedule(time: number): void {
    if (this.#pace === 'at once' || (this.#scheduled && time - this.#scheduledAt > INLINE_DELAY)) {
      this.#pumpInline()
    } else if (!this.#scheduled) {
      this.#scheduled = true
      this.#scheduledAt = time
      nextTick(() => this.#pumpInline())
    }
  }

  #pumpInline(): void {
    this.#scheduled = false
    this.#inline?.pumpUntil(ALL)
  }

  #tapInline(listener: Listener): void {
    this.#removeTap?.()
    this.#removeTap = this.#tapped
      ? listener.addHandler({
          label: 'tap',
          write: (records) => this.#take('tap', records.map(lineOf)),
        })
      : undefined
  }

  #receive(message: Parcel | News): void {
    if (!('type' in message)) this.#take(message.purpose, message.lines)
    else if (message.type === 'ring') this.#rings.set(message.id, message.memory)
    else this.#rings.delete(message.id)
  }

  // The thread is dead, its queues are not: another goes on from what was not yet released, and, when that will not
  // live either, the main thread itself.
  #replace(reason: unknown): void {
    if (this.#closed) return
    this.#deaths++
    notice('LOGSHARE_WARN_LISTENER', `the listener's thread died: ${reasonOf(reason)}`)
    if (this.#deaths <= MAX_DEATHS) {
      this.start()
      return
    }
    this.#goOnInline()
    this.#polling = startInterval(() => this.#inline?.pump(), POLL_INTERVAL)
    this.#polling.unref()
  }
}
