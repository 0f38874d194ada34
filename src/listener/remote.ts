// Remote: the main thread's handle on the listener thread: starts it, sends requests, waits for it, receives its
// messages.

import { resolve } from 'node:path'
import type { MessageChannel, MessagePort, Worker, WorkerOptions } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { diagnose } from '../core/diagnostics.js'
import { expectWorker } from '../core/front.js'
import { notice } from '../core/notice.js'
import { clearInterval, process, setInterval } from '../core/originals.js'
import { ringHard } from '../queue/bell.js'
import {
  type Command,
  type Ending,
  type LineBatch,
  type Notification,
  Request,
  type ThreadData,
  Word,
} from './channel.js'
import { runsAnyway } from './inspector.js'

/** Longest time (ms) main waits for a listener that makes no progress. */
const STALL_LIMIT = 5000
/** Milliseconds between two looks for messages and progress while main waits. */
const NAP = 20

const startInterval = setInterval
const stopInterval = clearInterval

type Threads = typeof import('node:worker_threads')

export interface RemoteOptions {
  /** The original `Worker` class, before it was patched. */
  readonly Worker: typeof Worker
  readonly bell: SharedArrayBuffer
  readonly counters: SharedArrayBuffer
  /** Receives the thread's messages. */
  readonly receive: (message: LineBatch | Notification) => void
  /** Called when the thread ended without a request to stop, or could not be started. */
  readonly died: (reason: unknown) => void
}

type Start = Pick<
  ThreadData,
  'settings' | 'rings' | 'directory' | 'isSuccessor' | 'isSubscribed' | 'kept' | 'levels'
>

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

  /** The heartbeat: whether a thread that was started has begun to work. */
  get progress(): number {
    return Atomics.load(this.#control, Word.PROGRESS)
  }

  /** Lines for main that were dropped because main did not receive them in time. */
  get undelivered(): number {
    return Atomics.load(this.#control, Word.DROPPED)
  }

  /** What the thread left in the runtime directory when it ended. */
  get ending(): Ending {
    const is = (word: number): boolean => Atomics.load(this.#control, word) === 1
    return { hasProducers: is(Word.HAS_PRODUCERS), hasLeft: is(Word.HAS_LEFT) }
  }

  /** Whether a worker is the listener thread, which is hidden from the application. */
  isThread(worker: unknown): boolean {
    return worker !== undefined && worker === this.#thread
  }

  start(start: Start): void {
    const { MessageChannel } = require('node:worker_threads') as Threads
    this.#commands ??= new MessageChannel()
    const relay = new MessageChannel()
    this.#relay = relay.port1
    relay.port1.on('message', (message: LineBatch | Notification) => this.#receive(message))
    relay.port1.unref()
    const { bell, counters } = this.#options
    const control = this.#control.buffer as SharedArrayBuffer
    const commands = this.#commands.port2
    try {
      this.#create({ ...start, bell, counters, control, relay: relay.port2, commands })
    } catch (error) {
      this.#handleDeath(error) // out of memory or not permitted: must not throw into the application
    }
  }

  /** Sends a command. Commands sent before the thread starts wait in the channel. */
  post(command: Command, transfer: readonly MessagePort[] = []): void {
    const { MessageChannel } = require('node:worker_threads') as Threads
    this.#commands ??= new MessageChannel()
    this.#commands.port1.postMessage(command, transfer)
  }

  /** Resolves when everything logged before has left the process, or the thread makes no progress. */
  async flush(): Promise<void> {
    const number = this.#request(Request.FLUSH)
    const isStuck = this.#watchProgress()
    const running = startInterval(() => {}, NAP) // waitAsync does not keep the process alive
    const control = this.#control as Int32Array<SharedArrayBuffer>
    while (this.#isOpen(number) && !isStuck()) {
      const seen = Atomics.load(control, Word.DONE)
      if (seen - number >= 0) break
      const result = Atomics.waitAsync(control, Word.DONE, seen, NAP)
      if (result.async) await result.value
    }
    stopInterval(running)
    this.receivePending()
  }

  /**
   * Sends a request and blocks until it is done, at most `limit` milliseconds and only while the thread makes progress.
   * Returns whether it was done. Lines are received meanwhile: otherwise the outbox would fill up and drop them.
   */
  wait(request: (typeof Request)[keyof typeof Request], limit: number): boolean {
    const number = this.#request(request)
    const start = monotonic()
    const isStuck = this.#watchProgress()
    while (this.#isOpen(number) && monotonic() - start <= limit && !isStuck()) {
      const seen = Atomics.load(this.#control, Word.DONE)
      if (seen - number < 0) Atomics.wait(this.#control, Word.DONE, seen, NAP)
      this.receivePending()
    }
    this.receivePending()
    return !this.#isOpen(number)
  }

  /** Receives the messages that have arrived, without returning to the event loop. */
  receivePending(): void {
    const { receiveMessageOnPort } = require('node:worker_threads') as Threads
    if (!this.#relay) return
    for (;;) {
      const received = receiveMessageOnPort(this.#relay) as
        | { message: LineBatch | Notification }
        | undefined
      if (!received) return
      this.#receive(received.message)
    }
  }

  /** Called when the thread has ended or is given up. */
  detach(): void {
    this.#thread = undefined
    this.#commands = undefined
  }

  #create(data: ThreadData): void {
    const run = runsAnyway()
    const options: WorkerOptions = {
      execArgv: [],
      env: environment(),
      name: 'logshare',
      stdout: true, // otherwise Node.js opens the application's own streams to pipe into them
      stderr: true,
      workerData: data,
      transferList: [data.relay, data.commands],
    }
    Object.setPrototypeOf(options, null) // the application may have changed Object.prototype
    expectWorker()
    const thread = new this.#options.Worker(resolve(__dirname, '../bundles/thread.js'), options)
    this.#thread = thread
    run(thread)
    thread.unref()
    thread.on('error', (error) => this.#handleDeath(error))
    thread.on('exit', () => {
      if (this.#thread === thread) this.#handleDeath(new Error('terminated'))
    })
    diagnose('listener', 'moved to a thread')
  }

  // Marks open requests as done, so that nothing waits for the dead thread.
  #handleDeath(reason: unknown): void {
    this.receivePending()
    this.detach()
    Atomics.store(this.#control, Word.DONE, Atomics.load(this.#control, Word.REQUESTED))
    this.#options.died(reason)
  }

  // Returns the request's number.
  #request(request: (typeof Request)[keyof typeof Request]): number {
    Atomics.store(this.#control, Word.REQUEST, request)
    const number = Atomics.add(this.#control, Word.REQUESTED, 1) + 1
    ringHard(new Int32Array(this.#options.bell))
    return number
  }

  #isOpen(number: number): boolean {
    return this.#thread !== undefined && Atomics.load(this.#control, Word.DONE) - number < 0
  }

  // Returns a function to be called repeatedly: whether the listener has made no progress for STALL_LIMIT ms. It warns.
  #watchProgress(): () => boolean {
    let progress = Atomics.load(this.#control, Word.PROGRESS)
    let movedAt = monotonic()
    return () => {
      const now = monotonic()
      const moved = Atomics.load(this.#control, Word.PROGRESS)
      if (moved !== progress) movedAt = now
      progress = moved
      if (now - movedAt <= STALL_LIMIT) return false
      notice('LOGSHARE_WARN_LISTENER', `the listener thread made no progress for ${STALL_LIMIT} ms`)
      return true
    }
  }

  #receive(message: LineBatch | Notification): void {
    if (!('type' in message)) Atomics.add(this.#control, Word.RECEIVED, message.size)
    this.#options.receive(message)
  }
}

// The listener thread must not run preloads, ours or the application's: NODE_OPTIONS is removed.
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _preloads, ...env } = process.env
  return env
}
