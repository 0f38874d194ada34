// Helper: starts the helper process that reads programs (`tree/reader.ts`), talks to it, and replaces it if it dies.

import { ChildProcess } from 'node:child_process'
import { readSync, writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { resolve } from 'node:path'
import { monotonic } from '../core/clock.js'
import { notice } from '../core/notice.js'
import { process, setImmediate } from '../core/originals.js'
import { isAlive } from '../core/process.js'
import { sleep } from '../core/sleep.js'
import type { SpawnOptions } from './child-process.js'
import type { OpenFifo } from './fifos.js'
import { CHILD_VARIABLE, type ProcessHand, type ProgramsHand } from './inherit.js'

/** What the helper is asked, one JSON object per line. */
export type Request =
  | ({ readonly type: 'place' } & ProcessHand)
  | ({ readonly type: 'open'; readonly id: number } & ProgramOutput)
  /** The program has exited. */
  | { readonly type: 'exited'; readonly id: number }
  /** The parent exits. */
  | { readonly type: 'end' }

/** What it answers. */
export type Answer =
  /** Everything that an exited program had printed is copied and recorded. */
  | { readonly type: 'done'; readonly id: number }
  /** The pipe was read to its end, or its output cannot be written any more. */
  | { readonly type: 'closed'; readonly path: string }
  /** Programs still run: the helper goes on when the parent exits. */
  | { readonly type: 'busy' }

/** A program and its pipes. */
export interface ProgramOutput {
  readonly pid: number
  readonly source: string
  readonly name: string
  readonly context?: string | undefined
  readonly pipes: readonly {
    readonly path: string
    /** Where the program's output goes. */
    readonly out: 1 | 2
    readonly lib: 'stdout' | 'stderr'
  }[]
}

/** File descriptor of the helper's connection to its parent. */
export const CONTROL = 3

/** Variables that would make the helper load, or do, what is meant for the application. */
const LEFT_OUT =
  /^(?:NODE_OPTIONS|NODE_V8_COVERAGE|NODE_CHANNEL_\w+|NODE_UNIQUE_ID|NODE_DEBUG|ELECTRON_RUN_AS_NODE)$/
/** How often a helper that has died is replaced while programs run. */
const MAX_DEATHS = 3
/** Longest wait (ms) at exit for the helper to end, or to have opened the pipes of programs that run. */
const END_LIMIT = 3000

const soon = setImmediate

interface Running {
  readonly output: ProgramOutput
  /** By path. */
  readonly pipes: Map<string, OpenFifo>
  exit?: (() => void) | undefined
  isReferenced?: boolean
  hasExited?: boolean
}

type Spawn = (...args: unknown[]) => unknown
type ControlSocket = Socket & { readonly _handle?: { readonly fd?: number } | null }

export class Helper {
  readonly #hand: ProgramsHand
  readonly #spawn: Spawn
  readonly #running = new Map<number, Running>()
  #process: ChildProcess | undefined
  #socket: ControlSocket | undefined
  #received = ''
  #opened = 0
  #deaths = 0

  constructor(hand: ProgramsHand, spawn: Spawn) {
    this.#hand = hand
    this.#spawn = spawn
  }

  get directory(): string {
    return this.#hand.directory
  }

  /** Has a program's pipes read from now on; returns its id. */
  open(output: ProgramOutput, opened: readonly OpenFifo[]): number {
    const id = ++this.#opened
    if (!this.#process) this.#start()
    this.#running.set(id, { output, pipes: new Map(opened.map((fifo) => [fifo.path, fifo])) })
    this.#send({ type: 'open', id, ...output })
    return id
  }

  /** A program has exited: calls `exit` when everything it has printed is copied and recorded. */
  exited(id: number, exit: () => void, isReferenced: boolean): void {
    const running = this.#running.get(id)
    if (!running || !this.#process) {
      exit()
      return
    }
    running.exit = exit
    running.isReferenced = isReferenced
    this.#send({ type: 'exited', id })
    this.#keepAlive()
  }

  /** Ends it and waits until it has ended, unless programs still run. */
  end(): void {
    const fd = this.#socket?._handle?.fd
    const pid = this.#process?.pid
    if (fd === undefined || pid === undefined) return
    try {
      writeSync(fd, `${JSON.stringify({ type: 'end' } satisfies Request)}\n`)
      if (!hasEnded(fd)) return
      // Its descriptors close before it counts as dead.
      for (let wait = 0; process.platform === 'linux' && wait < 50 && isAlive(pid); wait++) sleep(1)
    } catch {
      // It has died.
    }
    this.#socket?.destroy()
  }

  #start(): void {
    const child = new ChildProcess()
    const path = resolve(__dirname, '../tree/reader.js')
    const envPairs = Object.entries(process.env)
      .filter(([name]) => !LEFT_OUT.test(name) && name !== CHILD_VARIABLE)
      .map(([name, value]) => `${name}=${value}`)
    if (process.versions.electron) envPairs.push('ELECTRON_RUN_AS_NODE=1')
    const stdio = ['ignore', 1, 2, 'pipe']
    const args = [process.execPath, path]
    // Detached: in a session of its own, where neither Ctrl+C nor a signal to the group ends it before the programs.
    const options: SpawnOptions = { file: process.execPath, args, envPairs, stdio, detached: true }
    this.#spawn.call(child, Object.setPrototypeOf(options, null))
    const socket = child.stdio[CONTROL] as ControlSocket
    this.#process = child
    this.#socket = socket
    this.#received = ''
    child.once('error', () => this.#died(child)).once('exit', () => this.#died(child))
    // Its end of the connection closes first, and then nothing else may keep this process waiting for the rest.
    socket.on('error', () => {}).on('close', () => this.#died(child))
    socket.setEncoding('utf8').on('data', (text: string) => this.#receive(text))
    child.unref()
    socket.unref()
    const { directory, source, joined, digest } = this.#hand
    this.#send({ type: 'place', directory, source, joined, digest })
  }

  #send(request: Request): void {
    this.#socket?.write(`${JSON.stringify(request)}\n`)
  }

  #receive(text: string): void {
    const lines = (this.#received + text).split('\n')
    this.#received = lines.pop() ?? ''
    for (const line of lines) this.#answered(JSON.parse(line) as Answer)
  }

  #answered(answer: Answer): void {
    if (answer.type === 'closed') {
      for (const [id, running] of this.#running) {
        running.pipes.get(answer.path)?.close()
        if (running.pipes.delete(answer.path)) this.#forget(id, running)
      }
    } else if (answer.type === 'done') {
      const running = this.#running.get(answer.id)
      if (running) this.#exit(answer.id, running)
    }
  }

  #exit(id: number, running: Running): void {
    // In a call of its own: the application's listeners may throw.
    if (running.exit) soon(running.exit)
    running.exit = undefined
    running.hasExited = true
    running.isReferenced = false
    this.#keepAlive()
    this.#forget(id, running)
  }

  // Processes that the program has started may still have its pipes.
  #forget(id: number, { pipes, hasExited }: Running): void {
    if (hasExited && pipes.size === 0) this.#running.delete(id)
  }

  #keepAlive(): void {
    const isAwaited = [...this.#running.values()].some(({ isReferenced }) => isReferenced)
    if (isAwaited) this.#socket?.ref()
    else this.#socket?.unref()
  }

  #died(child: ChildProcess): void {
    if (this.#process !== child) return
    this.#socket?.destroy()
    this.#process = this.#socket = undefined
    if (this.#running.size === 0) return
    if (++this.#deaths > MAX_DEATHS) {
      notice('LOGSHARE_WARN_FAILED_OPEN', 'programs are not read any more: the helper has died')
      for (const [id, running] of this.#running) {
        for (const fifo of running.pipes.values()) fifo.close()
        running.pipes.clear()
        this.#exit(id, running)
      }
      this.#running.clear()
      return
    }
    this.#start()
    for (const [id, { output, pipes, exit }] of this.#running) {
      const left = output.pipes.filter(({ path }) => pipes.has(path))
      // A new source, because its records are counted from 1 again.
      const source = this.#hand.name(output.name)
      this.#send({ type: 'open', id, ...output, source, pipes: left })
      if (exit) this.#send({ type: 'exited', id })
    }
    this.#keepAlive()
  }
}

// Returns false if it goes on, true if its end of the connection has closed.
function hasEnded(fd: number): boolean {
  const bytes = Buffer.alloc(4096)
  let text = ''
  for (const until = monotonic() + END_LIMIT; monotonic() < until; ) {
    try {
      const length = readSync(fd, bytes)
      if (length === 0) return true
      text += bytes.toString('latin1', 0, length)
      if (text.includes('"busy"')) return false
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return true
      sleep(1)
    }
  }
  return false
}
