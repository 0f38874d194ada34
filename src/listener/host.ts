// Host: the root's handle on its listener, which lives inline until the first child comes and in a thread from then on.

import type { Worker } from 'node:worker_threads'
import type { Settings } from '../config/options.js'
import { monotonic } from '../core/clock.js'
import { diagnose } from '../core/diagnostics.js'
import { makeDirectory, removeDirectory } from '../core/directory.js'
import { dropLock, takeLock } from '../core/lock.js'
import { notice, reasonOf } from '../core/notice.js'
import { Drops } from '../core/tally.js'
import { needsThread } from '../handlers/create.js'
import type { Mark } from '../handlers/handler.js'
import { createBell, setLevelsVersion } from '../queue/bell.js'
import { createRing, RingWriter } from '../queue/ring.js'
import { Ask, type News, type Parcel } from './channel.js'
import { Inline, type Pace } from './inline.js'
import { Remote } from './remote.js'
import { Rings } from './rings.js'
import { hasLivingProducers } from './source.js'
import { readState } from './state.js'
import { Count, type ListenerStats, readCounters } from './stats.js'

/** Milliseconds main waits at most before a child's end is told to the application. */
const BARRIER_LIMIT = 500
/** Milliseconds between two looks of the main thread at other producers' queues, when it has to do that itself. */
const POLL_INTERVAL = 20
/** Threads that may die before the main thread does the work itself. */
const MAX_DEATHS = 3
/** Due time of everything there is. */
const ALL = Number.POSITIVE_INFINITY

// As they are now: an application's tests put others in their place.
const startInterval = setInterval
const stopInterval = clearInterval

export interface HostOptions {
  readonly settings: Settings
  /** The class as it was before it was patched. */
  readonly Worker: typeof Worker
  /** Whether the runtime directory, and what comes into it at the end, is left to the next listener. */
  readonly keepsDirectory?: boolean
  /** Takes lines on the root's main thread. */
  readonly take: (purpose: Parcel['purpose'], lines: readonly string[]) => void
}

export class Host {
  /** The root's own way in. */
  readonly queue: RingWriter
  /** Shared with every thread of the root. */
  readonly bell: SharedArrayBuffer = createBell()
  readonly #take: HostOptions['take']
  readonly #keepsDirectory: boolean
  readonly #counters = new Float64Array(new SharedArrayBuffer(Count.SIZE * 8))
  readonly #memory: SharedArrayBuffer = createRing()
  readonly #drops = new Drops()
  readonly #remote: Remote
  readonly #rings: Rings
  #settings: Settings
  #inline: Inline | undefined
  #directory: string | undefined
  #pace: Pace = 'at once'
  #tapped = false
  #hasThreads = false
  #levels = 0
  #deaths = 0
  #polling: NodeJS.Timeout | undefined
  #closed = false

  /** Opens the handlers; throws `LOGSHARE_ERR_HANDLER` if one cannot be opened. */
  constructor({ settings, Worker, take, keepsDirectory = false }: HostOptions) {
    this.#settings = settings
    this.#keepsDirectory = keepsDirectory
    this.#take = take
    this.queue = new RingWriter(this.#memory, settings.overflow, new Int32Array(this.bell))
    this.#remote = new Remote({
      Worker,
      bell: this.bell,
      counters: this.#counters.buffer as SharedArrayBuffer,
      take: (message) => this.#receive(message),
      died: (reason) => this.#replace(reason),
    })
    this.#rings = new Rings((command, transfer) => this.#remote.post(command, transfer))
    this.#openInline()
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Goes on, inline, with other settings. Throws `LOGSHARE_ERR_HANDLER`, and then with those it had. */
  open(settings: Settings, pace: Pace): void {
    const before = { settings: this.#settings, pace: this.#pace }
    this.#closeInline()
    try {
      this.#settings = settings
      this.#pace = pace
      this.#openInline()
    } catch (error) {
      this.#settings = before.settings
      this.#pace = before.pace
      this.#openInline()
      throw error
    }
    this.#deaths = 0
    this.#closed = false
    this.queue.open()
    if (settings.handlers.some(needsThread)) this.start()
  }

  /** Moves the listener into its thread; main may block as it likes afterwards. */
  start(): void {
    if (this.#remote.isRunning || this.#closed || this.#deaths > MAX_DEATHS) return
    this.#closeInline()
    this.#startThread(this.#deaths > 0)
  }

  /** Whether there may be children. */
  get hasChildren(): boolean {
    return this.#hasThreads || this.hasDirectory
  }

  get hasDirectory(): boolean {
    return this.#directory !== undefined
  }

  /** Tells children that the root's levels have changed; `text` is what they are now, as JSON. */
  tellLevels(version: number, text: string): void {
    this.#levels = version
    setLevelsVersion(new Int32Array(this.bell), version)
    if (this.#remote.isRunning) this.#remote.post({ type: 'levels', version, text })
  }

  /** The worker that must stay out of the application's sight. */
  isListener(worker: unknown): boolean {
    return this.#remote.isThread(worker)
  }

  /** A ring for a new thread of the root, and the port whose end ends it. */
  prepareRing(): ReturnType<Rings['prepare']> {
    this.#hasThreads = true
    return this.#rings.prepare()
  }

  /**
   * The runtime directory, watched from now on: one that `find` returns, its lock taken, or else a new one.
   * Throws `LOGSHARE_ERR_DIR`.
   */
  directory(find: () => string | undefined): string {
    if (this.#directory === undefined) {
      this.#directory = find() ?? makeDirectory()
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
    this.#goOn()
    this.close()
  }

  /** A handler of the application's own has thrown. */
  countFailure(): void {
    this.#counters[Count.FAILED] = (this.#counters[Count.FAILED] ?? 0) + 1
  }

  /** Whether the handlers on the main thread want every line. */
  tap(on: boolean): void {
    this.#tapped = on
    if (this.#inline) this.#inline.tap(on)
    else this.#remote.post({ type: 'tap', on })
  }

  /** Resolves when everything logged before has left the process. */
  async flush(): Promise<void> {
    await (this.#inline ?? this.#remote).flush()
  }

  /** Resolves when the handlers have gone on in new files where theirs were moved away. */
  reopen(): Promise<void> {
    return this.flush() // before which they look
  }

  /** Waits, briefly, until what children have written is out: before the application hears of a child's end. */
  barrier(limit: number = BARRIER_LIMIT): void {
    const relays = this.#settings.handlers.some((handler) => handler.type === 'relay')
    if (this.#remote.isRunning && relays) this.#remote.wait(Ask.BARRIER, limit)
  }

  /** Ends the listener when all is written. Waits as long as it makes progress. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    stopInterval(this.#polling)
    this.#leaveDirectory(this.#end())
    this.queue.close()
  }

  stats(): ListenerStats {
    this.#remote.takePending()
    return {
      listener: this.#remote.isRunning ? 'thread' : 'inline',
      ...readCounters(this.#counters),
      drops: this.#drops.read(),
      undelivered: this.#remote.undelivered,
    }
  }

  #startThread(isSuccessor: boolean): void {
    this.#remote.start({
      settings: this.#settings,
      rings: [this.#memory, ...(isSuccessor ? this.#rings.values() : [])],
      directory: this.#directory,
      isSuccessor,
      tap: this.#tapped,
      levels: this.#levels,
    })
  }

  // The two ends tell whether producers live on in the runtime directory.
  #endInline(inline: Inline): boolean {
    inline.listener.sources.reap()
    inline.pump()
    const left = inline.listener.sources.hasLiving()
    this.#closeInline()
    return left
  }

  #endThread(): boolean {
    const isDone = this.#remote.wait(Ask.STOP, ALL)
    diagnose('listener', 'ended: %o', this.stats())
    this.#remote.forget()
    if (isDone) return this.#remote.hasLeft
    return this.#endInline(this.#goOnInline()) // the thread died while main was waiting for it
  }

  // Living producers keep it: one of them takes the lock and goes on. One that ended before it was dropped could not.
  #leaveDirectory(left: boolean): void {
    const directory = this.#directory
    if (directory === undefined) return
    if (this.#keepsDirectory) {
      dropLock(directory)
      this.#directory = undefined
      return
    }
    if (left) {
      dropLock(directory)
      if (hasLivingProducers(directory) || !takeLock(directory)) {
        this.#directory = undefined
        return
      }
      this.#goOn()
      this.#end()
    }
    removeDirectory(directory)
    this.#directory = undefined
  }

  // With what is left in the directory of a listener before.
  #goOn(): void {
    if (this.#settings.handlers.some(needsThread)) this.#startThread(true)
    else this.#goOnInline()
  }

  #end(): boolean {
    return this.#inline ? this.#endInline(this.#inline) : this.#endThread()
  }

  // Throws `LOGSHARE_ERR_HANDLER` unless there are marks.
  #openInline(marks?: readonly Mark[]): Inline {
    this.#inline = new Inline({
      settings: this.#settings,
      counters: this.#counters,
      queue: this.queue,
      memory: this.#memory,
      pace: this.#pace,
      take: this.#take,
      dropped: (tally) => this.#drops.merge(tally),
      ...(marks && { marks }),
    })
    this.#inline.tap(this.#tapped)
    return this.#inline
  }

  #closeInline(): void {
    this.#inline?.close()
    this.#inline = undefined
  }

  // In the place of a listener before, without throwing into the application.
  #goOnInline(): Inline {
    const directory = this.#directory
    const inline = this.#openInline(directory === undefined ? [] : readState(directory).marks)
    const { listener } = inline
    for (const memory of this.#rings.values()) listener.sources.addRing(memory)
    if (directory !== undefined) listener.watch(directory)
    listener.sources.scan()
    listener.pumpUntil(monotonic())
    return inline
  }

  #receive(message: Parcel | News): void {
    if (!('type' in message)) this.#take(message.purpose, message.lines)
    else if (message.type === 'dropped') this.#drops.merge(message.tally)
    else if (message.type === 'ring') this.#rings.add(message.id, message.memory)
    else this.#rings.retire(message.id)
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
    const inline = this.#goOnInline()
    this.#polling = startInterval(() => inline.pumpDue(), POLL_INTERVAL)
    this.#polling.unref()
  }
}
