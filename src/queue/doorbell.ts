// Doorbell: the socket by which a producer in another process wakes the listener. It carries no records.
//
//   producer → listener:  "<producer>\n" once, then one byte per ring
//   listener → producer:  "<version>\n" after each change of the root's levels, and after the greeting if they ever changed
//   end of connection:    the producer has ended
//
//   `logshare ps` → listener:  "census\n" once; the answer is one line of JSON, then the end of the connection
//
// No message is essential. The levels themselves are in the runtime directory, so a producer that gets a version late,
// or several at once, reads the latest. The listener also polls the directory for queues, so without a doorbell records
// only arrive later.

import { chmodSync, writeSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { join } from 'node:path'
import { process } from '../core/originals.js'
import { removeFile } from '../core/remove.js'
import { connectSocket } from '../core/stdio.js'
import { untraced } from '../core/trace.js'

/** Milliseconds between two rings, at most and at least. After a ring the listener keeps polling for longer than that. */
export const MAX_RING_INTERVAL = 100
export const MIN_RING_INTERVAL = 4
/**
 * The longest one while records follow each other within `MAX_RING_INTERVAL`: the listener polls for longer than that after
 * each of them, too.
 */
const STEADY_INTERVAL = 500
/** Milliseconds between two attempts to connect. */
const RETRY_INTERVAL = 50
/** Longest path (bytes) of a Unix socket on all systems (macOS: 104 with the terminating zero). */
const MAX_PATH = 103

/** Further producers are found by polling: each connection uses a file descriptor that the application then lacks. */
const MAX_CONNECTIONS = 1024
/** Milliseconds within which a new connection must send its greeting. */
const GREETING_LIMIT = 2000
const MAX_GREETING = 256
/** Greeting of `logshare ps`, in place of a producer's name. */
export const CENSUS = 'census'
/** Matches the ids that `producerId` creates. */
const PRODUCER = /^\d{1,10}-\d{1,10}-[0-9a-f]{8}(?:-\d{1,10})?$/

/** Path of a runtime directory's doorbell: a Unix socket in it, or a named pipe on Windows. */
export function doorbellPath(directory: string): string {
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\logshare-${directory.replace(/[^A-Za-z0-9]/g, '-')}`
  }
  return join(directory, 'bell.sock')
}

/**
 * Milliseconds between two rings of a producer. The listener finds what comes meanwhile when it polls, once in an order
 * window; without a window it has to be woken.
 */
export function ringInterval(window: number): number {
  return Math.min(Math.max(window * 5, MIN_RING_INTERVAL), MAX_RING_INTERVAL)
}

type SocketWithHandle = Socket & { readonly _handle?: { readonly fd?: number } | null }

/** The producer's end. It connects at the first ring, and again after it lost the listener. */
export class Doorbell {
  readonly #path: string
  readonly #greeting: string
  #socket: SocketWithHandle | undefined
  #greeted = false
  #rungAt = Number.NEGATIVE_INFINITY
  #wroteAt = Number.NEGATIVE_INFINITY
  #connectedAt = Number.NEGATIVE_INFINITY

  /** Milliseconds between two rings. */
  interval = 10
  /** Called when the connection fails or ends: no listener is there. */
  lost: () => void = ignore
  /** Called when the listener announces a change of the root's levels. */
  told: () => void = ignore

  constructor(directory: string, producer: string) {
    this.#path = doorbellPath(directory)
    this.#greeting = `${producer}\n`
  }

  /** Connects if not connected, to get level changes and to notice the loss of the listener. `time` is monotonic. */
  knock(time: number): void {
    if (!this.#socket && this.#connect(time)) this.#send(this.#greeting)
  }

  /** Whether there is a connection, or one is being made. */
  get isConnected(): boolean {
    return this.#socket !== undefined
  }

  /**
   * Rings for a record, unless the last ring or record was only just; `time` is monotonic. On Unix the listener gets it
   * even if this thread never returns to the event loop.
   */
  ring(time: number): void {
    const pause = time - this.#wroteAt
    this.#wroteAt = time
    const since = time - this.#rungAt
    if (since < this.interval) return
    const isSteady = pause < MAX_RING_INTERVAL && this.interval === MAX_RING_INTERVAL
    if (isSteady && this.#greeted && since < STEADY_INTERVAL) return
    this.#rungAt = time
    if (!this.#socket && !this.#connect(time)) return
    this.#send(this.#greeted ? '.' : this.#greeting)
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
    this.#greeted = false
  }

  // On Unix the connection is established, and its descriptor usable, when `connect` returns.
  #connect(time: number): boolean {
    if (this.#path.length > MAX_PATH || time - this.#connectedAt < RETRY_INTERVAL) return false
    this.#connectedAt = time
    this.#greeted = false
    const socket = untraced(() => connectSocket(this.#path)) as SocketWithHandle
    const forget = (): void => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      this.#greeted = false
      this.lost()
    }
    socket.on('error', forget).on('close', forget)
    socket.on('data', () => this.told())
    socket.unref()
    this.#socket = socket
    return true
  }

  // Read the descriptor for each write: after a close, its number is soon reused for another file.
  #send(text: string): void {
    const fd = this.#socket?._handle?.fd
    try {
      if (typeof fd === 'number' && fd >= 0) writeSync(fd, text)
      else this.#socket?.write(text)
      this.#greeted = true
    } catch (error) {
      // EAGAIN: the socket's buffer is full of rings that the listener has still to read. Other errors: no listener.
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return
      this.close()
      this.lost()
    }
  }
}

/** Callbacks of the listener's end. */
export interface DoorbellEvents {
  /** A producer has written. */
  ring(producer: string): void
  /** A producer's connection has ended. */
  gone(producer: string): void
  /** `logshare ps` asks for the producers; returns the answer. */
  asked?(): string
  /** The doorbell cannot be opened or failed: the listener must poll. */
  mute(error: Error): void
}

/** The listener's end. */
export interface OpenDoorbell {
  /** Sends the version of the root's levels to all producers. */
  tell(version: number): void
  close(): void
}

/** Opens the listener's end. `version`: version of the root's levels, 0 as long as they have not changed. */
export function openDoorbell(directory: string, events: DoorbellEvents, version = 0): OpenDoorbell {
  const path = doorbellPath(directory)
  if (path.length > MAX_PATH) {
    events.mute(new Error(`doorbell socket path exceeds ${MAX_PATH} bytes: ${path}`))
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
    serve(socket, events, () => {
      greeted.add(socket)
      if (version > 0) sendVersion(version, socket)
    })
  })
  server.maxConnections = MAX_CONNECTIONS
  server.on('error', (error) => events.mute(error))
  const restrict = (): void => {
    if (process.platform !== 'win32') chmodSync(path, 0o600)
  }
  server.listen({ path, backlog: 4096 }, restrict)
  try {
    restrict() // usually the socket exists by now; its directory is closed to other users anyway
  } catch {
    // The callback of `listen` does it, or `listen` has failed.
  }
  return {
    tell(changed) {
      version = changed
      for (const socket of greeted) sendVersion(version, socket)
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

// Skips a producer that has not read the last version yet: that one will make it read the latest levels.
function sendVersion(version: number, socket: Socket): void {
  if (!socket.writableNeedDrain) socket.write(`${version}\n`)
}

function serve(socket: Socket, events: DoorbellEvents, greeted: () => void): void {
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
