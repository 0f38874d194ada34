// Route: what `stream`, `udp` and `local` share: the interface of a receiver and what it needs to send messages.

import type { TlsOptions } from '../../config/remote.js'
import type { HandlerContext } from '../handler.js'

/** The sending end for one address. Connects on the first `send` and again after a failure. */
export interface Receiver {
  /**
   * Sends the bytes of `unconfirmed` again, then `messages`. Resolves when the system has accepted them; rejects as
   * `CourierOptions.send` does.
   */
  send(messages: readonly Uint8Array[]): Promise<void>
  /** Bytes that were sent on a lost connection, may not have arrived and have to be sent again. */
  unconfirmed(): number
  /** Closes the connection. Waits a limited time (about 1 s) until the receiver has read everything. */
  close(): Promise<void>
}

/** How messages are sent to an address. */
export interface Route {
  /** `tcp://`, `tls://` or `udp://` and `host:port`, or `unix:` and a path. */
  readonly address: string
  readonly tls?: TlsOptions | undefined
  readonly context: HandlerContext
  /** Frames a message for a stream. Not used for datagrams. */
  readonly frame: (message: Uint8Array) => Uint8Array
  /** Shortens a message longer than `limit` bytes for a datagram; undefined if it was dropped instead. */
  readonly shorten: (message: Uint8Array, limit: number) => Uint8Array | undefined
  /** Called when a connection ended between two calls of `send` and bytes have to be sent again. */
  readonly connectionLost: () => void
}

/** Largest UDP payload over IPv4 (bytes): 65 535 minus 20 (IP header) and 8 (UDP header). */
export const MAX_DATAGRAM = 65_507
/** Datagrams sent before the receiver gets time to read: its socket buffer holds a few hundred. */
export const DATAGRAM_BATCH = 64
