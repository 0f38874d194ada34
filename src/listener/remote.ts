// Remote: the listener's thread, as the root's main thread sees it: asked, waited for, listened to.

import type { MessageChannel, MessagePort, Worker } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { diagnose } from '../core/diagnostics.js'
import { notice } from '../core/notice.js'
import { ringHard } from '../queue/bell.js'
import { Ask, type Command, type News, type Parcel, type ThreadData, Word } from './channel.js'

/** Milliseconds main waits at most for a listener that makes no progress. */
const STALL_LIMIT = 5000
const NAP = 20

// As they are now: an application's tests put others in their place.
const startInterval = setInterval
const stopInterval = clearInterval

type Threads = typeof import('node:worker_threads')

export interface RemoteOptions {
  /** The class as it was before it was patched. */
  readonly Worker: typeof Worker
  readonly bell: SharedArrayBuffer
  readonly counters: SharedArrayBuffer
  /** Takes what the thread sends to main. */
  readonly take: (message: Parcel | News) => void
  /** The thread has died and nobody had told it to. */
  readonly died: (reason: unknown) => void
}

type Start = Pick<ThreadData, 'settings' | 'rings' | 'directory' | 'isSuccessor' | 'tap' | 'levels'>

export class Remote {
  readonly #options: RemoteOptions
  readonly #control = new Int32Array(new SharedArrayBuffer(Word.SIZE * 4))
  #thread: Worker | undefined
  #commands: MessageChannel | undefined
  #relay: MessagePort | undefined

  constructor(options: RemoteOptions) {
    this.#options = options
  }

  get isRunning(): boolean {
    return this.#thread !== undefined
  }

  /** Lines for main that were dropped because it did not take them. */
  get undelivered(): number {
    return Atomics.load(this.#control, Word.DROPPED)
  }

  /** Whether the thread has ended with living producers in the runtime directory. */
  get hasLeft(): boolean {
    return Atomics.load(this.#control, Word.LEFT) === 1
  }

  /** The worker that must stay out of the application's sight. */
  isThread(worker: unknown): boolean {
    return worker !== undefined && worker === this.#thread
  }

  start(start: Start): void {
    const { MessageChannel } = require('node:worker_threads') as Threads
    this.#commands ??= new MessageChannel()
    const relay = new MessageChannel()
    this.#relay = relay.port1
    relay.port1.on('message', (message: Parcel | News) => this.#take(message))
    relay.port1.unref()
    const { bell, counters } = this.#options
    const control = this.#control.buffer as SharedArrayBuffer
    const commands = this.#commands.port2
    try {
      this.#create({ ...start, bell, counters, control, relay: relay.port2, commands })
    } catch (error) {
      this.#mourn(error) // no memory, or not allowed: the application is not to pay for it
    }
  }

  /** What is posted before the thread is there waits in the channel. */
  post(command: Command, transfer: readonly MessagePort[] = []): void {
    const { MessageChannel } = require('node:worker_threads') as Threads
    this.#commands ??= new MessageChannel()
    this.#commands.port1.postMessage(command, transfer)
  }

  /** Resolves when everything logged before has left the process, or the thread is stuck. */
  async flush(): Promise<void> {
    const asked = this.#ask(Ask.FLUSH)
    const isStuck = this.#watchProgress()
    const running = startInterval(() => {}, NAP) // waitAsync does not keep the process running
    const control = this.#control as Int32Array<SharedArrayBuffer>
    while (this.#isBehind(asked) && !isStuck()) {
      const seen = Atomics.load(control, Word.DONE)
      if (seen - asked >= 0) break
      const result = Atomics.waitAsync(control, Word.DONE, seen, NAP)
      if (result.async) await result.value
    }
    stopInterval(running)
    this.takePending()
  }

  /**
   * Asks and waits, for `limit` milliseconds or as long as there is progress; false if it was not done. Takes lines
   * meanwhile, or the thread could wait for main as main waits for it.
   */
  wait(ask: (typeof Ask)[keyof typeof Ask], limit: number): boolean {
    const asked = this.#ask(ask)
    const start = monotonic()
    const isStuck = this.#watchProgress()
    while (this.#isBehind(asked) && monotonic() - start <= limit && !isStuck()) {
      const seen = Atomics.load(this.#control, Word.DONE)
      if (seen - asked < 0) Atomics.wait(this.#control, Word.DONE, seen, NAP)
      this.takePending()
    }
    this.takePending()
    return !this.#isBehind(asked)
  }

  takePending(): void {
    const { receiveMessageOnPort } = require('node:worker_threads') as Threads
    if (!this.#relay) return
    for (;;) {
      const received = receiveMessageOnPort(this.#relay) as { message: Parcel | News } | undefined
      if (!received) return
      this.#take(received.message)
    }
  }

  /** The thread has done what it was to do, or is given up. */
  forget(): void {
    this.#thread = undefined
    this.#commands = undefined
  }

  #create(data: ThreadData): void {
    const thread = new this.#options.Worker(require.resolve('./thread.js'), {
      execArgv: [],
      env: environment(),
      name: 'logshare',
      stdout: true, // or the application's own streams would be opened to pipe into
      stderr: true,
      workerData: data,
      transferList: [data.relay, data.commands],
    })
    this.#thread = thread
    thread.unref()
    thread.on('error', (error) => this.#mourn(error))
    thread.on('exit', () => {
      if (this.#thread === thread) this.#mourn(new Error('terminated'))
    })
    diagnose('listener', 'moved to a thread')
  }

  // What the dead one was asked for was not done; whoever waits is not to wait for ever.
  #mourn(reason: unknown): void {
    this.takePending()
    this.forget()
    Atomics.store(this.#control, Word.DONE, Atomics.load(this.#control, Word.ASKED))
    this.#options.died(reason)
  }

  #ask(ask: (typeof Ask)[keyof typeof Ask]): number {
    Atomics.store(this.#control, Word.ASK, ask)
    const asked = Atomics.add(this.#control, Word.ASKED, 1) + 1
    ringHard(new Int32Array(this.#options.bell))
    return asked
  }

  #isBehind(asked: number): boolean {
    return this.#thread !== undefined && Atomics.load(this.#control, Word.DONE) - asked < 0
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

  #take(message: Parcel | News): void {
    if (!('type' in message)) Atomics.add(this.#control, Word.TAKEN, message.size)
    this.#options.take(message)
  }
}

// The listener's thread is not one of the application's: no preloads, ours or others, and no NODE_OPTIONS to load them.
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _preloads, ...env } = process.env
  return env
}
