// Host: starts, stops and moves the listener. It runs inline until the first child starts, then in its own thread.

import type { Worker } from 'node:worker_threads'
import type { Settings } from '../config/options.js'
import { diagnose } from '../core/diagnostics.js'
import { levels } from '../core/levels.js'
import { Drops } from '../core/tally.js'
import { createBell, setLevelsVersion } from '../queue/bell.js'
import { createRing, RingWriter } from '../queue/ring.js'
import { type Ending, type LineBatch, type Notification, Request } from './channel.js'
import { Delayed } from './delayed.js'
import { RuntimeDirectory } from './directory.js'
import type { Inline, Pace } from './inline.js'
import { isInspected } from './inspector.js'
import { Main } from './main.js'
import type { Metrics } from './measured.js'
import { Remote } from './remote.js'
import { Rings } from './rings.js'
import { Count, Counters, type ListenerStats } from './stats.js'
import { Supervisor } from './supervisor.js'

/** Default of the longest time (ms) that `drain` blocks the main thread. */
const DRAIN_LIMIT = 500

export interface HostOptions {
  readonly settings: Settings
  /** The original `Worker` class, before it was patched. */
  readonly Worker: typeof Worker
  /** Whether the runtime directory and its queues are left to the next listener at the end. Default false. */
  readonly keepsDirectory?: boolean
  /** Receives lines on the root's main thread. */
  readonly take: (purpose: LineBatch['purpose'], lines: readonly string[]) => void
}

export class Host {
  /** The queue of the root's main thread. */
  readonly queue: RingWriter
  /** Shared with every thread of the root. */
  readonly bell: SharedArrayBuffer = createBell()
  readonly #take: HostOptions['take']
  readonly #counterMemory = new SharedArrayBuffer(Count.SIZE * 8)
  readonly #counters = new Counters(this.#counterMemory)
  readonly #memory: SharedArrayBuffer = createRing()
  readonly #drops = new Drops()
  readonly #remote: Remote
  readonly #rings: Rings
  readonly #directory: RuntimeDirectory
  readonly #supervisor: Supervisor
  readonly #start = new Delayed(
    () => this.#move(),
    () => this.#directory.hasQueues,
  )
  readonly #main: Main
  #hasThreads = false
  /** Whether there are children, and nothing reads what they log. */
  #isUnread = false
  #isSuccessor = false
  #levels = 0
  #closed = false

  /** Throws `LOGSHARE_ERR_HANDLER` if a handler cannot be opened. */
  constructor({ settings, Worker, take, keepsDirectory = false }: HostOptions) {
    this.#directory = new RuntimeDirectory(keepsDirectory)
    this.#take = take
    this.queue = new RingWriter(this.#memory, settings.overflow, new Int32Array(this.bell))
    this.#remote = new Remote({
      Worker,
      bell: this.bell,
      counters: this.#counterMemory,
      receive: (message) => this.#receive(message),
      died: (reason) => {
        if (!this.#closed) this.#supervisor.replace(reason)
      },
    })
    this.#supervisor = new Supervisor({
      startThread: () => this.startThread(),
      startInline: () => this.#main.takeOver().pumpDue,
    })
    this.#rings = new Rings((command, transfer) => this.#remote.post(command, transfer))
    this.#main = new Main(settings, {
      counters: this.#counterMemory,
      queue: this.queue,
      memory: this.#memory,
      take,
      dropped: (tally) => this.#drops.merge(tally),
      rings: this.#rings,
      directory: this.#directory,
      progress: () => this.#remote.progress,
      look: () => this.#start.look(),
    })
    this.#main.open()
  }

  get settings(): Settings {
    return this.#main.settings
  }

  /** Continues inline with other settings. Throws `LOGSHARE_ERR_HANDLER` and then keeps the settings it had. */
  open(settings: Settings, pace: Pace): void {
    this.#main.reopen(settings, pace)
    this.#supervisor.reset()
    this.#closed = false
    this.queue.open()
    if (this.#main.needsThread) this.startThread()
  }

  /**
   * Moves the listener into its thread, so that a blocked main thread delays no other producer. `isSoon`: when a process
   * that was started has logged, or has run for a while: most programs that are run for their output never log.
   */
  startThread(isSoon = false): void {
    if (this.#remote.isRunning || this.#closed || !this.#supervisor.allowsThread) return
    if (this.#staysInline()) return
    this.#isUnread = !this.#isRead()
    const isUrgent = this.settings.programs || levels.changes > 0 // the root's loggers have levels that children follow
    if (this.#isUnread) this.#start.schedule()
    else if (isSoon) this.#start.schedule(isUrgent)
    else this.#move()
  }

  /** Whether there may be children. */
  get hasChildren(): boolean {
    return this.#hasThreads || this.hasDirectory
  }

  get hasDirectory(): boolean {
    return this.#directory.path !== undefined
  }

  /** Announces the root's levels of this version to all children. `text` is the levels as JSON. */
  sendLevels(version: number, text: string): void {
    this.#levels = version
    setLevelsVersion(new Int32Array(this.bell), version)
    if (this.#isUnread) this.#move()
    if (this.#remote.isRunning) this.#remote.post({ type: 'levels', version, text })
  }

  /** Whether a worker is the listener thread, which is hidden from the application. */
  isListener(worker: unknown): boolean {
    return this.#remote.isThread(worker)
  }

  /** A ring for a new thread of the root, and a port. When the port closes, the ring's producer has ended. */
  prepareRing(): ReturnType<Rings['prepare']> {
    this.#hasThreads = true
    return this.#rings.prepare()
  }

  /** The runtime directory: at first what `find` returns, locked, or a new one. Throws `LOGSHARE_ERR_DIR`. */
  openDirectory(find: () => string | undefined): string {
    const { path } = this.#directory
    if (path !== undefined && this.#directory.isUsable()) return path
    const directory = this.#directory.create(find)
    if (this.#remote.isRunning) this.#remote.post({ type: 'watch', directory })
    return directory
  }

  /** Takes over a runtime directory whose listener has died or stopped, and reads it in the listener thread. */
  takeOver(directory: string): void {
    this.#directory.takeOver(directory)
    this.#isSuccessor = true
    this.startThread()
  }

  /** Writes what is left in a runtime directory without a listener, and closes. Returns whether nothing is left. */
  recover(directory: string): boolean {
    this.#directory.takeOver(directory)
    this.#resumeDirectory()
    this.close()
    return !this.#directory.hasLeft
  }

  countFailure(): void {
    this.#counters.add(Count.FAILED, 1)
  }

  /** Whether handlers on the main thread (`addHandler`) get every record. */
  subscribe(on: boolean): void {
    this.#main.subscribe(on)
    if (!this.#main.inline) this.#remote.post({ type: 'subscribe', on })
  }

  /** Resolves when everything logged before has left the process, or the listener makes no progress. */
  async flush(): Promise<void> {
    this.#start.look()
    await (this.#main.inline ?? this.#remote).flush()
  }

  /** Resolves when the file handlers have opened new files in place of those that were moved away. */
  reopen(): Promise<void> {
    return this.flush() // a flush checks the files' paths
  }

  /**
   * Blocks, at most `limit` ms, until what children have written is handled and relayed. It does not wait for the order window: so it
   * does nothing while inline, or if there is nothing to relay to, unless the process may end now (`isUrgent`).
   */
  drain(limit: number = DRAIN_LIMIT, isUrgent = false): void {
    const relays = this.settings.relay && levels.changes > 0
    if (relays || isUrgent) this.#start.look()
    if (this.#remote.isRunning && (relays || isUrgent)) this.#remote.wait(Request.DRAIN, limit)
    else if (isUrgent || (this.hasChildren && !this.#isUnread)) this.#main.inline?.pump()
  }

  /** Ends the listener after everything is written. Blocks as long as the listener makes progress. */
  close(): void {
    if (this.#closed) return
    if (this.#main.needsThread) this.#start.look()
    else if (this.#start.isWaiting && this.#directory.hasQueues) this.#main.stay() // it ends before the thread is worth it
    this.#start.stop()
    this.#closed = true
    this.#supervisor.stop()
    this.#directory.leave(this.#end(), () => {
      this.#resumeDirectory()
      return this.#end()
    })
    this.queue.close()
  }

  stats(): ListenerStats {
    this.#remote.receivePending()
    return {
      listener: this.#remote.isRunning ? 'thread' : 'inline',
      ...this.#counters.read(),
      drops: this.#drops.read(),
      undelivered: this.#remote.undelivered,
    }
  }

  /** Resolves within a second: without what the thread has read, if that does not answer. */
  metrics(): Promise<Metrics> {
    const { gather } = require('./metrics.js') as typeof import('./metrics.js')
    const { inline } = this.#main
    return gather(this.#main.measure(), inline ? undefined : this.#remote, () => this.stats())
  }

  #move(): void {
    this.#start.stop()
    this.#isUnread = false
    this.#main.handOver()
    this.#startRemote(this.#supervisor.hasDeaths || this.#isSuccessor)
  }

  #startRemote(isSuccessor: boolean): void {
    this.#main.close()
    this.#remote.start({
      settings: this.settings,
      rings: [this.#memory, ...(isSuccessor ? this.#rings.values() : [])],
      directory: this.#directory.path,
      isSuccessor,
      isSubscribed: this.#main.isSubscribed,
      kept: this.#main.kept,
      levels: this.#levels,
    })
  }

  #end(): Ending {
    const { inline } = this.#main
    if (inline) return this.#endInline(inline)
    const isDone = this.#remote.wait(Request.STOP, Number.POSITIVE_INFINITY)
    diagnose('listener', 'ended: %o', this.stats())
    this.#remote.detach()
    if (isDone) return this.#remote.ending
    return this.#endInline(this.#main.takeOver()) // the thread died while main was waiting for it
  }

  #endInline(inline: Inline): Ending {
    this.#main.close()
    return inline.ending()
  }

  // Resumes at the checkpoint of the directory's previous listener.
  #resumeDirectory(): void {
    if (this.#main.needsThread) this.#startRemote(true)
    else this.#main.takeOver()
  }

  // Whether anything reads what children log. What changes that changes the levels, too (`sendLevels`).
  #isRead(): boolean {
    const { handlers, lifecycle, queue } = this.settings
    const isOwn = this.#isSuccessor || queue === 'file'
    return isOwn || lifecycle || handlers.length > 0 || levels.changes > 0
  }

  // Where there can be no thread, or a debugger would have it wait, the main thread reads the queues of others.
  #staysInline(): boolean {
    if (!this.#supervisor.isAlone && (this.#main.needsThread || !isInspected())) return false
    const poll = this.#main.stay()
    if (poll) this.#supervisor.poll(poll)
    return poll !== undefined
  }

  #receive(message: LineBatch | Notification): void {
    if (!('type' in message)) this.#take(message.purpose, message.lines)
    else if (message.type === 'dropped') this.#drops.merge(message.tally)
    else if (message.type === 'ring') this.#rings.add(message.id, message.memory)
    else this.#rings.retire(message.id)
  }
}
