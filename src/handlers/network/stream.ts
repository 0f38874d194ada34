// Stream: sends messages over TCP, TLS or a Unix stream socket, and sends unconfirmed bytes again after a lost
// connection.
//
// Neither syslog nor line-based receivers acknowledge. Bytes that the system accepted may still be lost: they are in a
// socket buffer when the receiver dies, and nothing reports that. So the stream keeps the last bytes it sent, as many
// as the buffers can hold, and sends them again on the next connection: delivery is at-least-once.

import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { monotonic } from '../../core/clock.js'
import { notice } from '../../core/notice.js'
import { clearTimeout, setTimeout } from '../../core/originals.js'
import { bytesInFlight, closedCleanly } from './kernel.js'
import type { Receiver, Route } from './route.js'

/** Longest time (ms) to connect, TLS handshake included. */
const CONNECT_LIMIT = 5000
/** Longest time (ms) that `close` waits for the receiver to read what it was sent. */
const CLOSE_LIMIT = 1000
/** Bytes kept for a Unix socket, whose buffers hold far less. */
const KEPT_LOCAL = 2 ** 20
/** When a receiver closes the connection cleanly, bytes sent within this time (ms) before may still be unread. */
const UNCERTAIN = 1000
/** Time (ms) after the receiver's FIN before our side is closed: a reset that follows is noticed. */
const CLOSE_DELAY = 50

/** The destination as `net.connect` takes it. */
export type Target = Pick<TcpNetConnectOpts, 'host' | 'port'> | { readonly path: string }

interface Sent {
  readonly bytes: Uint8Array
  /** Monotonic ms. */
  readonly at: number
}

const later = setTimeout
const cancel = clearTimeout

export class StreamReceiver implements Receiver {
  readonly #route: Route
  readonly #target: Target
  readonly #tls: ConnectionOptions | undefined
  readonly #kept: number
  #socket: Socket | undefined
  /**
   * Set once the receiver has closed its side; resolves when the connection is closed. Nothing is sent on it any more.
   */
  #ending: Promise<unknown> | undefined
  #sent: Sent[] = []
  #size = 0
  /** Whether `#sent` has to be sent again. */
  #mustResend = false
  #isBusy = false
  #isClosed = false

  /** With `tls` the connection uses TLS. */
  constructor(route: Route, target: Target, tls?: ConnectionOptions) {
    this.#route = route
    this.#target = target
    this.#tls = tls
    const most = 'path' in target ? KEPT_LOCAL : bytesInFlight()
    this.#kept = Math.min(most, route.context.limit)
  }

  unconfirmed(): number {
    return this.#mustResend ? this.#size : 0
  }

  async send(messages: readonly Uint8Array[]): Promise<void> {
    this.#isBusy = true
    try {
      await this.#ending
      this.#socket ??= await this.#connect()
      await this.#resend(this.#socket)
      if (messages.length === 0) return
      const bytes = Buffer.concat(messages.map(this.#route.frame))
      await write(this.#socket, bytes)
      this.#keep(bytes)
    } finally {
      this.#isBusy = false
    }
  }

  async close(): Promise<void> {
    const until = monotonic() + Math.min(CLOSE_LIMIT, this.#route.context.wait)
    const isStuck = this.#isBusy
    this.#isClosed = true
    if (!isStuck && this.#socket) await end(this.#socket, until)
    if (!isStuck && this.#mustResend && monotonic() < until) await this.#reconnectAndResend(until)
    this.#socket?.destroy()
    if (!this.#mustResend || monotonic() >= until) return
    const { address } = this.#route
    const what = `up to ${Math.ceil(this.#size / 1024)} KiB of records may not have arrived`
    notice(
      'LOGSHARE_WARN_DROPPED',
      `${address}: ${what}: the receiver closed the connection`,
      address,
    )
  }

  // The receiver closed the connection before it had read everything.
  async #reconnectAndResend(until: number): Promise<void> {
    try {
      this.#socket = await this.#connect()
      await this.#resend(this.#socket)
      await end(this.#socket, until)
    } catch {
      // The receiver accepts no more connections.
    }
  }

  async #resend(socket: Socket): Promise<void> {
    if (!this.#mustResend) return
    for (const { bytes } of this.#sent) await write(socket, bytes)
    const at = monotonic()
    this.#sent = this.#sent.map(({ bytes }) => ({ bytes, at }))
    this.#mustResend = false
    this.#route.context.progressed()
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
    let reason = new Error('the receiver closed the connection')
    socket.on('error', (error) => {
      reason = error
    })
    if (!this.#route.context.isOwnThread) socket.unref()
    await opened(socket, this.#tls ? 'secureConnect' : 'connect', () => reason)
    socket.setKeepAlive(true)
    let isClean = false
    const checkState = (): void => {
      isClean = closedCleanly(socket.localPort, socket.remotePort) ?? this.#isClosed
    }
    socket.once('close', (hadError) => this.#lost(socket, isClean && !hadError))
    socket.on('end', () => {
      checkState()
      if (this.#isClosed) return // both sides are closed
      this.#ending = new Promise((resolve) => socket.once('close', resolve))
      later(() => {
        checkState()
        socket.destroy()
      }, CLOSE_DELAY)
    })
    socket.resume() // discards what the receiver sends; without reading there is no 'end' event
    return socket
  }

  // Half open, so that the connection's state can be read after the receiver has closed its side.
  #open(): Socket {
    const target = { ...this.#target, allowHalfOpen: true }
    if (!this.#tls) return connect(target)
    const tls = require('node:tls') as typeof import('node:tls')
    return tls.connect({ ...this.#tls, ...target })
  }

  // A receiver that has read everything closes the connection cleanly; the system resets it if bytes were unread. If we
  // closed first and the close was clean, the receiver has read everything.
  #lost(socket: Socket, isClean: boolean): void {
    if (this.#socket !== socket) return
    this.#socket = undefined
    if (isClean) {
      const since = this.#isClosed ? Number.POSITIVE_INFINITY : monotonic() - UNCERTAIN
      while (this.#sent[0] && this.#sent[0].at < since) this.#forgetFirst()
    }
    this.#mustResend = this.#size > 0
    if (this.#mustResend && !this.#isClosed) this.#route.connectionLost()
  }
}

function opened(socket: Socket, event: string, reason: () => Error): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = later(
      () => socket.destroy(new Error(`no connection within ${CONNECT_LIMIT} ms`)),
      CONNECT_LIMIT,
    )
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

// Closes our side and resolves when the receiver has closed its side too: by then it has read everything.
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
