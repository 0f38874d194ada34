// Route: how messages get to an address, whatever kind of receiver is there.

import type { TlsOptions } from '../../config/remote.js'
import type { Surroundings } from '../handler.js'

export interface Receiver {
  /** What is owed, and then these; resolves when the system has taken them. As `send` of a courier. */
  send(messages: readonly Uint8Array[]): Promise<void>
  /** Bytes that were sent and have to be sent again. */
  owed(): number
  /** Resolves when the receiver has read all, if it says so soon. */
  close(): Promise<void>
}

/** How messages go to an address. */
export interface Route {
  readonly address: string
  readonly tls?: TlsOptions | undefined
  readonly place: Surroundings
  /** A message as it stands in a stream, between others. */
  readonly frame: (message: Uint8Array) => Uint8Array
  /** A message that is too long for a datagram, made shorter; undefined if it had to be dropped. */
  readonly shorten: (message: Uint8Array, limit: number) => Uint8Array | undefined
  /** Told when, between two calls of `send`, something has come to be owed. */
  readonly lost: () => void
}

/** Bytes of the longest UDP datagram. */
export const LONGEST_DATAGRAM = 65_507
/** Datagrams a receiver is given before it gets time to read: its buffer holds few hundred. */
export const DATAGRAMS = 64
