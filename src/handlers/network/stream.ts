// Stream: a connection over TCP, TLS or a Unix socket, and what it does not surely know to have arrived.
//
// What the system takes from us may still be lost: it lies unread in the receiver's buffer when that ends, and nobody
// says so. So the last bytes that were sent are kept and sent again on the next connection: doubled rather than lost.

import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { monotonic } from '../../core/clock.js'
import { notice } from '../../core/notice.js'
import { bytesOnTheWay, isOrderly } from './kernel.js'
import type { Receiver, Route } from './route.js'

/** Milliseconds a connection may take to come about. */
const CONNECT_LIMIT = 5000
/** Milliseconds a receiver has, at the end, to read what it was sent. */
const CLOSE_LIMIT = 1000
/** Bytes that a Unix socket holds are far less. */
const KEPT_LOCAL = 2 ** 20
/** Milliseconds of what was sent last that a receiver may not have read when it ended in good order. */
const DOUBTFUL = 1000
/** Milliseconds in which a receiver that has ended its side closes the connection. */
const ENDING = 50

/** Where to, as `net.connect` takes it. */
export type Target = Pick<TcpNetConnectOpts, 'host' | 'port'> | { readonly path: string }

interface Sent {
  readonly bytes: Uint8Array
  /** Monotonic time. */
  readonly at: number
}

// As they are now: an application's tests put others in their place.
const later = setTimeout
const cancel = clearTimeout

export class StreamReceiver implements Receiver {
  readonly #route: Route
  readonly #target: Target
  readonly #tls: ConnectionOptions | undefined
  readonly #kept: number
  #socket: Socket | undefined
  /** Resolves when a connection is closed that the receiver has ended: nothing may be written into it any more. */
  #ending: Promise<unknown> | undefined
  #sent: Sent[] = []
  #size = 0
  /** Whether what was sent last has to be sent again. */
  #isOwed = false
  #isBusy = false
  #isClosed = false

  /** With options for TLS the connection is one. */
  constructor(route: Route, target: Target, tls?: ConnectionOptions) {
    this.#route = route
    this.#target = target
    this.#tls = tls
    const most = 'path' in target ? KEPT_LOCAL : bytesOnTheWay()
    this.#kept = Math.min(most, route.place.limit)
  }

  owed(): number {
    return this.#isOwed ? this.#size : 0
  }

  async send(messages: readonly Uint8Array[]): Promise<void> {
    this.#isBusy = true
    try {
      await this.#ending
      this.#socket ??= await this.#connect()
      await this.#repay(this.#socket)
      if (messages.length === 0) return
      const bytes = Buffer.concat(messages.map(this.#route.frame))
      await write(this.#socket, bytes)
      this.#keep(bytes)
    } finally {
      this.#isBusy = false
    }
  }

  async close(): Promise<void> {
    const until = monotonic() + Math.min(CLOSE_LIMIT, this.#route.place.wait)
    const isStuck = this.#isBusy
    this.#isClosed = true
    if (!isStuck && this.#socket) await end(this.#socket, until)
    if (!isStuck && this.#isOwed && monotonic() < until) await this.#sendAgain(until)
    this.#socket?.destroy()
    if (!this.#isOwed || monotonic() >= until) return
    const { address } = this.#route
    const what = `up to ${Math.ceil(this.#size / 1024)} KiB of records may not have arrived`
    notice('LOGSHARE_WARN_DROPPED', `${address}: ${what}: it has ended the connection`, address)
  }

  // It has ended in the middle of what it was sent last.
  async #sendAgain(until: number): Promise<void> {
    try {
      this.#socket = await this.#connect()
      await this.#repay(this.#socket)
      await end(this.#socket, until)
    } catch {
      // It does not take it any more.
    }
  }

  async #repay(socket: Socket): Promise<void> {
    if (!this.#isOwed) return
    for (const { bytes } of this.#sent) await write(socket, bytes)
    const at = monotonic()
    this.#sent = this.#sent.map(({ bytes }) => ({ bytes, at }))
    this.#isOwed = false
    this.#route.place.moved()
  }

  #keep(bytes: Uint8Array): void {
    this.#sent.push({ bytes, at: monotonic() })
    this.#size += bytes.length
    while (this.#size - (this.#sent[0]?.bytes.length ?? 0) >= this.#kept) this.#forgetFirst()
  }

  #forgetFirst(): void {
    this.#size -= this.#sent.shift()?.bytes.length ?? 0
  }

  async #connect(): Promise<Socket> {
    const socket = this.#open()
    let reason = new Error('the receiver has closed the connection')
    socket.on('error', (error) => {
      reason = error
    })
    if (!this.#route.place.isOwnThread) socket.unref()
    await opened(socket, this.#tls ? 'secureConnect' : 'connect', () => reason)
    socket.setKeepAlive(true)
    let isComplete = false
    const look = (): void => {
      isComplete = isOrderly(socket.localPort, socket.remotePort) ?? this.#isClosed
    }
    socket.once('close', (hadError) => this.#lose(socket, isComplete && !hadError))
    socket.on('end', () => {
      look()
      if (this.#isClosed) return // both sides have ended
      this.#ending = new Promise((resolve) => socket.once('close', resolve))
      later(() => {
        look()
        socket.destroy()
      }, ENDING)
    })
    socket.resume() // what it says is of no interest, but that it ends
    return socket
  }

  // Half open, so that it can be asked how the other side has ended.
  #open(): Socket {
    const target = { ...this.#target, allowHalfOpen: true }
    if (!this.#tls) return connect(target)
    const tls = require('node:tls') as typeof import('node:tls')
    return tls.connect({ ...this.#tls, ...target })
  }

  // A receiver that had read everything ends the connection in good order, one that had not resets it. One that ends
  // it after us has seen our end, and what was before that.
  #lose(socket: Socket, isComplete: boolean): void {
    if (this.#socket !== socket) return
    this.#socket = undefined
    if (isComplete) {
      const since = this.#isClosed ? Number.POSITIVE_INFINITY : monotonic() - DOUBTFUL
      while (this.#sent[0] && this.#sent[0].at < since) this.#forgetFirst()
    }
    this.#isOwed = this.#size > 0
    if (this.#isOwed && !this.#isClosed) this.#route.lost()
  }
}

function opened(socket: Socket, event: string, reason: () => Error): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = later(() => socket.destroy(new Error('no connection in time')), CONNECT_LIMIT)
    const failed = (): void => {
      cancel(timer)
      reject(reason())
    }
    socket.once('close', failed)
    socket.once(event, () => {
      cancel(timer)
      socket.off('close', failed)
      resolve()
    })
  })
}

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

// Resolves when the receiver has closed its side as well: by then it has read what it was sent.
function end(socket: Socket, until: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = later(() => socket.destroy(), Math.max(0, until - monotonic()))
    socket.once('close', () => {
      cancel(timer)
      resolve()
    })
    socket.end()
  })
}
