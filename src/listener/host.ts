// Host: the root's handle on its listener, which lives inline until the first child comes and in a thread from then on.

import { randomUUID } from 'node:crypto'
import type { MessageChannel, MessagePort, Worker } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { diagnose } from '../core/diagnostics.js'
import { makeDirectory, removeDirectory } from '../core/directory.js'
import { dropLock, takeLock } from '../core/lock.js'
import { notice, reasonOf } from '../core/notice.js'
import type { Settings } from '../core/options.js'
import { createHandler } from '../handlers/create.js'
import type { Handler } from '../handlers/handler.js'
import { lineOf } from '../handlers/relay.js'
import { createBell, ringHard } from '../queue/bell.js'
import { createRing, RingWriter } from '../queue/ring.js'
import { Ask, type Command, type News, type Parcel, type ThreadData, Word } from './channel.js'
import { Count, Listener } from './listener.js'
import { hasLivingProducers } from './source.js'
import { readState } from './state.js'

/** Milliseconds main waits at most for a listener that makes no progress. */
const STALL_LIMIT = 5000
/** Milliseconds main waits at most before a child's end is told to the application. */
const BARRIER_LIMIT = 500
const NAP = 20
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

type Threads = typeof import('node:worker_threads')

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
  readonly #options: Omit<HostOptions, 'settings'>
  readonly #control = new Int32Array(new SharedArrayBuffer(Word.SIZE * 4))
  readonly #counters = new Float64Array(new SharedArrayBuffer(Count.SIZE * 8))
  readonly #memory: SharedArrayBuffer = createRing()
  #inline: Listener | undefined
  #thread: Worker | undefined
  #commands: MessageChannel | undefined
  #relay: MessagePort | undefined
  #directory: string | undefined
  /** Rings of the threads that live, should the listener's thread not. */
  readonly #rings = new Map<string, SharedArrayBuffer>()
  #deaths = 0
  #polling: NodeJS.Timeout | undefined
  #scheduled = false
  #scheduledAt = 0
  #tapped = false
  #removeTap: (() => void) | undefined
  #closed = false
  /** The thread has died, and what would start it again is gone with it. */
  #dead = false

  #settings: Settings
  #pace: Pace = 'at once'

  /** Opens the handlers; throws `LOGSHARE_ERR_HANDLER` if one cannot be opened. */
  constructor({ settings, ...options }: HostOptions) {
    this.#options = options
    this.#settings = settings
    this.queue = new RingWriter(this.#memory, settings.overflow, new Int32Array(this.bell))
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
    if (this.#dead) this.#commands = undefined
    this.#dead = false
    this.#closed = false
    this.queue.open()
  }

  /** Moves the listener into its thread; main may block as it likes afterwards. */
  start(): void {
    if (this.#thread || this.#dead || this.#closed) return
    this.#closeInline()
    const threads = require('node:worker_threads') as Threads
    this.#commands ??= new threads.MessageChannel()
    const commands = this.#commands
    const relay = new threads.MessageChannel()
    const data: ThreadData = {
      settings: this.#settings,
      bell: this.bell,
      control: this.#control.buffer as SharedArrayBuffer,
      counters: this.#counters.buffer as SharedArrayBuffer,
      rings: [this.#memory, ...(this.#deaths > 0 ? this.#rings.values() : [])],
      directory: this.#directory,
      relay: relay.port2,
      commands: commands.port2,
      tap: this.#tapped,
    }
    this.#relay = relay.port1
    relay.port1.on('message', (message: Parcel | News) => this.#take(message))
    relay.port1.unref()
    try {
      this.#thread = this.#createThread(data)
    } catch (error) {
      this.#mourn(error) // no memory, or not allowed: the application is not to pay for it
    }
  }

  #createThread(data: ThreadData): Worker {
    const thread = new this.#options.Worker(require.resolve('./thread.js'), {
      execArgv: [],
      env: environment(),
      name: 'logshare',
      stdout: true, // or the application's own streams would be opened to pipe into
      stderr: true,
      workerData: data,
      transferList: [data.relay, data.commands],
    })
    thread.unref()
    diagnose('listener', 'moved to a thread')
    thread.on('error', (error) => this.#mourn(error))
    thread.on('exit', () => {
      if (this.#thread === thread) this.#mourn(new Error('terminated'))
    })
    return thread
  }

  /** The worker that must stay out of the application's sight. */
  isListener(worker: unknown): boolean {
    return worker !== undefined && worker === this.#thread
  }

  /** A port for a new thread of the root, whose ring the listener reads from its start on; its end ends the ring. */
  prepareRing(memory: SharedArrayBuffer): MessagePort {
    const { MessageChannel } = require('node:worker_threads') as Threads
    const { port1, port2 } = new MessageChannel()
    const id = randomUUID()
    this.#rings.set(id, memory)
    this.#post({ type: 'ring', id, memory, port: port1 }, [port1])
    return port2
  }

  /** The runtime directory, made and watched from now on. Throws `LOGSHARE_ERR_DIR`. */
  directory(): string {
    if (this.#directory === undefined) {
      this.#directory = makeDirectory()
      if (this.#thread) this.#post({ type: 'watch', directory: this.#directory })
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
    else this.#post({ type: 'tap', on })
  }

  /** Resolves when everything logged before has left the process. */
  async flush(): Promise<void> {
    if (this.#inline) {
      this.#inline.pumpUntil(ALL)
      await this.#inline.flush()
      return
    }
    const asked = this.#ask(Ask.FLUSH)
    const isStuck = this.#watchProgress()
    const running = startInterval(() => {}, NAP) // waitAsync does not keep the process running
    while (this.#thread && this.#isBehind(asked) && !isStuck()) {
      const seen = Atomics.load(this.#control, Word.DONE)
      if (seen - asked >= 0) break
      const result = Atomics.waitAsync(
        this.#control as Int32Array<SharedArrayBuffer>,
        Word.DONE,
        seen,
        NAP,
      )
      if (result.async) await result.value
    }
    stopInterval(running)
    this.#takePending()
  }

  /** Waits, briefly, until what children have written is out: before the application hears of a child's end. */
  barrier(): void {
    if (!this.#thread || this.#closed || !this.#relays()) return
    this.#await(this.#ask(Ask.BARRIER), BARRIER_LIMIT)
  }

  /** Ends the listener when all is written. Waits as long as it makes progress. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    stopInterval(this.#polling)
    if (this.#inline) {
      this.#inline.pumpUntil(ALL)
      const left = this.#inline.hasLiving()
      this.#closeInline()
      this.#leaveDirectory(left)
    } else {
      this.#closeThread()
    }
    this.queue.close()
  }

  #closeThread(): void {
    const asked = this.#ask(Ask.STOP)
    this.#await(asked, Number.POSITIVE_INFINITY)
    diagnose('listener', 'ended: %o', this.stats())
    const isLost = this.#isBehind(asked)
    this.#thread = undefined
    this.#commands = undefined
    if (isLost) {
      this.#goOnInline() // the thread died while main was waiting for it
      this.#closeInline()
    }
    this.#leaveDirectory(Atomics.load(this.#control, Word.LEFT) === 1)
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

  stats(): ListenerStats {
    const count = (slot: number): number => this.#counters[slot] ?? 0
    return {
      listener: this.#thread ? 'thread' : 'inline',
      records: count(Count.RECORDS),
      bytes: count(Count.BYTES),
      damaged: count(Count.DAMAGED),
      failed: count(Count.FAILED),
      producers: count(Count.SOURCES),
      undelivered: Atomics.load(this.#control, Word.DROPPED),
    }
  }

  #openInline(): void {
    const { take } = this.#options
    const settings = this.#settings
    const marks = this.#directory === undefined ? [] : readState(this.#directory).marks
    const handlers: Handler[] = settings.handlers.map((options) =>
      createHandler(options, (lines) => take('relay', lines), marks),
    )
    const listener = new Listener({
      window: settings.order.window,
      handlers,
      counters: this.#counters,
    })
    listener.addRing(this.#memory)
    this.#inline = listener
    this.#tapInline(listener)
    this.queue.drain = () => listener.pumpUntil(ALL)
    this.queue.wrote = (time) => this.#schedule(time)
  }

  // Records made in one go are handled in one go, right after the code that made them.
  // But code that goes on for long, and may be killed in it, does not keep them to itself for longer than a moment.
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

  #closeInline(): void {
    const listener = this.#inline
    if (!listener) return
    this.queue.drain = undefined
    this.queue.wrote = undefined
    listener.pumpUntil(ALL)
    void listener.close()
    this.#inline = undefined
  }

  #tapInline(listener: Listener): void {
    this.#removeTap?.()
    this.#removeTap = this.#tapped
      ? listener.addHandler({
          label: 'tap',
          write: (records) => this.#options.take('tap', records.map(lineOf)),
        })
      : undefined
  }

  // What is posted before the thread is there waits in the channel.
  #post(command: Command, transfer: readonly MessagePort[] = []): void {
    const { MessageChannel } = require('node:worker_threads') as Threads
    this.#commands ??= new MessageChannel()
    this.#commands.port1.postMessage(command, transfer)
  }

  #relays(): boolean {
    return this.#settings.handlers.some((handler) => handler.type === 'relay')
  }

  #ask(ask: (typeof Ask)[keyof typeof Ask]): number {
    Atomics.store(this.#control, Word.ASK, ask)
    const asked = Atomics.add(this.#control, Word.ASKED, 1) + 1
    ringHard(new Int32Array(this.bell))
    return asked
  }

  #isBehind(asked: number): boolean {
    return Atomics.load(this.#control, Word.DONE) - asked < 0
  }

  // Takes relayed lines while waiting, or the listener could wait for main as main waits for it.
  #await(asked: number, limit: number): void {
    const start = monotonic()
    const isStuck = this.#watchProgress()
    while (this.#thread && this.#isBehind(asked)) {
      const seen = Atomics.load(this.#control, Word.DONE)
      if (seen - asked < 0) Atomics.wait(this.#control, Word.DONE, seen, NAP)
      this.#takePending()
      if (monotonic() - start > limit || isStuck()) return
    }
    this.#takePending()
  }

  // Tells, asked again and again, whether the listener has stopped getting on; says so once.
  #watchProgress(): () => boolean {
    let progress = Atomics.load(this.#control, Word.PROGRESS)
    let movedAt = monotonic()
    return () => {
      const now = monotonic()
      const moved = Atomics.load(this.#control, Word.PROGRESS)
      if (moved !== progress) movedAt = now
      progress = moved
      if (now - movedAt <= STALL_LIMIT) return false
      notice('LOGSHARE_WARN_LISTENER', `the listener did not answer for ${STALL_LIMIT} ms`)
      return true
    }
  }

  #takePending(): void {
    const { receiveMessageOnPort } = require('node:worker_threads') as Threads
    if (!this.#relay) return
    for (;;) {
      const received = receiveMessageOnPort(this.#relay) as { message: Parcel | News } | undefined
      if (!received) return
      this.#take(received.message)
    }
  }

  #take(message: Parcel | News): void {
    if ('type' in message) {
      if (message.type === 'ring') this.#rings.set(message.id, message.memory)
      else this.#rings.delete(message.id)
      return
    }
    Atomics.add(this.#control, Word.TAKEN, message.size)
    this.#options.take(message.purpose, message.lines)
  }

  // The thread is dead, its queues are not: another goes on from what was not yet released, and, when that will not
  // live either, the main thread itself.
  #mourn(error: unknown): void {
    if (this.#closed) return
    this.#takePending()
    this.#thread = undefined
    this.#commands = undefined
    this.#deaths++
    notice('LOGSHARE_WARN_LISTENER', `the listener's thread died: ${reasonOf(error)}`)
    // What the dead one was asked for was not done; whoever waits is not to wait for ever.
    Atomics.store(this.#control, Word.DONE, Atomics.load(this.#control, Word.ASKED))
    if (this.#deaths <= MAX_DEATHS) {
      this.start()
      return
    }
    this.#dead = true
    this.#goOnInline()
    this.#polling = startInterval(() => this.#inline?.pump(), NAP)
    this.#polling.unref()
  }

  #goOnInline(): void {
    this.#openInline()
    for (const memory of this.#rings.values()) this.#inline?.addRing(memory)
    if (this.#directory !== undefined) this.#inline?.watch(this.#directory)
    this.#inline?.scan()
    this.#inline?.pumpUntil(monotonic())
  }
}

// The listener's thread is not one of the application's: no preloads, ours or others, and no NODE_OPTIONS to load them.
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _preloads, ...env } = process.env
  return env
}
