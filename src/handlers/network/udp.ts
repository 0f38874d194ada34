// UDP: sends each message as a UDP datagram. Unlike a stream it never knows whether a message arrived; it only notices
// an ICMP "port unreachable" answer, which the system reports as a socket error.

import type { Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { setTimeout } from '../../core/originals.js'
import { MAX_DATAGRAM, type Receiver, type Route } from './route.js'

/** Pause (ms) after a batch: the receiver reads, and the system reports if nobody listens. */
const PAUSE = 1

const later = setTimeout

export class UdpReceiver implements Receiver {
  readonly #route: Route
  readonly #target: { readonly host: string; readonly port: number }
  #socket: Socket | undefined
  #fault: Error | undefined

  constructor(route: Route, target: { readonly host: string; readonly port: number }) {
    this.#route = route
    this.#target = target
  }

  unconfirmed(): number {
    return 0
  }

  async send(messages: readonly Uint8Array[]): Promise<void> {
    try {
      this.#socket ??= await this.#connect()
      const { shorten } = this.#route
      for (const message of messages) {
        const fitting = message.length > MAX_DATAGRAM ? shorten(message, MAX_DATAGRAM) : message
        if (fitting) await send(this.#socket, fitting)
      }
      await new Promise((resolve) => later(resolve, PAUSE))
      if (this.#fault) throw this.#fault
    } catch (error) {
      this.#close()
      throw error
    }
  }

  async close(): Promise<void> {
    this.#close()
  }

  #close(): void {
    this.#socket?.close()
    this.#socket = undefined
    this.#fault = undefined
  }

  async #connect(): Promise<Socket> {
    const { createSocket } = require('node:dgram') as typeof import('node:dgram')
    const { lookup } = require('node:dns/promises') as typeof import('node:dns/promises')
    const { address } = await lookup(this.#target.host)
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    if (!this.#route.context.isOwnThread) socket.unref()
    socket.on('error', (error) => {
      this.#fault = error
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.connect(this.#target.port, address, () => {
        socket.off('error', reject)
        resolve()
      })
    })
    return socket
  }
}

function send(socket: Socket, message: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, (error) => (error ? reject(error) : resolve()))
  })
}
