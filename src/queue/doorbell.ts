// Doorbell: the socket by which a producer in another process wakes the listener. It carries no records.
//
//   producer → listener:  "<producer>\n" once, then one byte a ring
//   listener → producer:  "<version>\n" when the root's levels have changed, and, if they ever have, for a greeting
//   the connection's end: the producer has ended
//
//   `logshare ps` → listener:  "census\n" once, answered by one line of JSON and the end
//
// The levels themselves are in the runtime directory: whoever hears of them late, or of several at once, finds the last.
//
// The listener finds queues by looking into the directory as well, so a doorbell that cannot be reached costs
// promptness and nothing else.

import { chmodSync, writeSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { join } from 'node:path'
import { removeFile } from '../core/remove.js'

/** Milliseconds between two rings; the listener looks on by itself for longer than that. */
const RING_INTERVAL = 10
const RETRY_INTERVAL = 50
/** Longest path a Unix socket can have on every system (macOS: 104 with its zero byte). */
const MAX_PATH = 103

/** Producers beyond this many are found by looking: what is open here, the application cannot open. */
const MAX_CONNECTIONS = 1024
/** Milliseconds in which whoever connects has to say which producer it is. */
const GREETING_LIMIT = 2000
const MAX_GREETING = 256
/** What is said in a producer's place by one that asks who they are. */
export const CENSUS = 'census'
/** What `producerId` makes. */
const PRODUCER = /^\d{1,10}-\d{1,10}-[0-9a-f]{8}$/

export function doorbellPath(directory: string): string {
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\logshare-${directory.replace(/[^A-Za-z0-9]/g, '-')}`
  }
  return join(directory, 'bell.sock')
}

type SocketWithHandle = Socket & { readonly _handle?: { readonly fd?: number } | null }

/** The producer's end. Connects at the first ring and again when the listener was not there. */
export class Doorbell {
  readonly #path: string
  readonly #greeting: string
  #socket: SocketWithHandle | undefined
  #greeted = false
  #rungAt = Number.NEGATIVE_INFINITY
  #connectedAt = Number.NEGATIVE_INFINITY

  /** Called whenever there is nobody to ring for. */
  lost: () => void = ignore
  /** Called when the listener has told of levels. */
  told: () => void = ignore

  constructor(directory: string, producer: string) {
    this.#path = doorbellPath(directory)
    this.#greeting = `${producer}\n`
  }

  /** Connects if it is not, to be told of levels and when the listener is lost. */
  knock(time: number): void {
    if (!this.#socket && this.#connect(time)) this.#send(this.#greeting)
  }

  /** Whether it is told. */
  get isConnected(): boolean {
    return this.#socket !== undefined
  }

  /** Rings unless it has just done so; `time` is monotonic. Reaches a listener even if this thread never yields. */
  ring(time: number): void {
    if (time - this.#rungAt < RING_INTERVAL) return
    this.#rungAt = time
    if (!this.#socket && !this.#connect(time)) return
    this.#send(this.#greeted ? '.' : this.#greeting)
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  // On Unix the connection is made, and its descriptor usable, when `connect` returns.
  #connect(time: number): boolean {
    if (this.#path.length > MAX_PATH || time - this.#connectedAt < RETRY_INTERVAL) return false
    this.#connectedAt = time
    this.#greeted = false
    const { connect } = require('node:net') as typeof import('node:net')
    const socket: SocketWithHandle = connect({ path: this.#path })
    const forget = (): void => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      this.lost()
    }
    socket.on('error', forget).on('close', forget)
    socket.on('data', () => this.told())
    socket.unref()
    this.#socket = socket
    return true
  }

  // The descriptor is asked for at each write: after a close its number soon means another file.
  #send(text: string): void {
    const fd = this.#socket?._handle?.fd
    try {
      if (typeof fd === 'number' && fd >= 0) writeSync(fd, text)
      else this.#socket?.write(text)
      this.#greeted = true
    } catch (error) {
      // EAGAIN: the listener has rings it has not heard yet, so it will look. Anything else: nobody is there.
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return
      this.close()
      this.lost()
    }
  }
}

export interface DoorbellEvents {
  /** A producer has written. */
  ring(producer: string): void
  /** A producer's connection has ended. */
  gone(producer: string): void
  /** Somebody wants to know who logs; returns the answer. */
  asked?(): string
  /** Nobody can ring: the listener must look by itself. */
  mute(error: Error): void
}

/** The listener's end. */
export interface OpenDoorbell {
  /** The root's levels have this version now. */
  tell(version: number): void
  close(): void
}

/** `version`: that of the root's levels, zero as long as they have never changed. */
export function openDoorbell(directory: string, events: DoorbellEvents, version = 0): OpenDoorbell {
  const path = doorbellPath(directory)
  if (path.length > MAX_PATH) {
    events.mute(new Error(`the socket's path is longer than ${MAX_PATH} bytes: ${path}`))
    return { tell() {}, close() {} }
  }
  if (process.platform !== 'win32') removeFile(path)
  const { createServer } = require('node:net') as typeof import('node:net')
  const sockets = new Set<Socket>()
  const greeted = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      greeted.delete(socket)
    })
    attend(socket, events, () => {
      greeted.add(socket)
      if (version > 0) tellOf(version, socket)
    })
  })
  server.maxConnections = MAX_CONNECTIONS
  server.on('error', (error) => events.mute(error))
  const guard = (): void => {
    if (process.platform !== 'win32') chmodSync(path, 0o600)
  }
  server.listen({ path, backlog: 4096 }, guard)
  try {
    guard() // it is there by now, in a directory of ours that nobody else may enter
  } catch {
    // Then it will be when it listens, or there will be none.
  }
  return {
    tell(changed) {
      version = changed
      for (const socket of greeted) tellOf(version, socket)
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

// Whoever has not yet heard of the last change needs not be told of this one.
function tellOf(version: number, socket: Socket): void {
  if (!socket.writableNeedDrain) socket.write(`${version}\n`)
}

function attend(socket: Socket, events: DoorbellEvents, greeted: () => void): void {
  let producer: string | undefined
  let greeting = ''
  socket.setTimeout(GREETING_LIMIT, () => socket.destroy())
  socket.on('data', (bytes) => {
    if (producer === undefined) {
      greeting += bytes.toString('latin1', 0, MAX_GREETING)
      const end = greeting.indexOf('\n')
      if (end < 0 && greeting.length < MAX_GREETING) return
      const name = greeting.slice(0, Math.max(end, 0))
      if (name === CENSUS && events.asked) {
        socket.end(`${events.asked()}\n`)
        return
      }
      if (!PRODUCER.test(name)) {
        socket.destroy()
        return
      }
      producer = name
      socket.setTimeout(0)
      greeted()
    }
    events.ring(producer)
  })
  socket.on('error', ignore)
  socket.on('close', () => {
    if (producer !== undefined) events.gone(producer)
  })
}

function ignore(): void {}
