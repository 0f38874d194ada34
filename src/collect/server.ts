// Server: the stream and datagram sockets that inputs listen on.

import { chmodSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { LogshareError } from '../core/errors.js'
import { notice, reasonOf } from '../core/notice.js'
import type { Append, Input } from './input.js'
import { Pending } from './pending.js'
import type { Split } from './split.js'

const MAX_CONNECTIONS = 1024
/**
 * Size of the socket's receive buffer, for datagrams that arrive while this thread is busy. The system may limit it.
 */
const DATAGRAM_BUFFER = 4 * 2 ** 20
/** Time (ms) in which data that has already arrived is still read when an input closes. */
const GRACE = 100

export interface ListenOptions {
  readonly label: string
  /** `tcp://host:port`, `udp://host:port` or `unix:/path`. */
  readonly address: string
  /** Whether other users may connect to a Unix socket. */
  readonly open: boolean
  readonly split: Split
  readonly append: Append
}

/**
 * Listens for connections and appends the messages that arrive. A connection is closed if it sends something else or
 * the queue is full. Rejects with `LOGSHARE_ERR_HANDLER`.
 */
export async function listenOnStream(options: ListenOptions): Promise<Input> {
  const { label, address, open } = options
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    receive(socket, options)
  })
  server.maxConnections = MAX_CONNECTIONS
  const path = address.startsWith('unix:') ? address.slice('unix:'.length) : undefined
  try {
    if (path === undefined) await listen(server, parseAddress(address))
    else await listenOnPath(server, path, open)
  } catch (error) {
    throw unable(label, error)
  }
  return {
    label,
    async close() {
      server.close()
      if (sockets.size > 0) await sleep(GRACE)
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Listens for datagrams and appends each as one message. Rejects with `LOGSHARE_ERR_HANDLER`. */
export async function listenForDatagrams(options: ListenOptions): Promise<Input> {
  const { label, address, split, append } = options
  const { createSocket } = require('node:dgram') as typeof import('node:dgram')
  const { host, port } = parseAddress(address)
  const socket = createSocket({
    type: host.includes(':') ? 'udp6' : 'udp4',
    recvBufferSize: DATAGRAM_BUFFER,
  })
  socket.on('message', (bytes) => {
    try {
      append(split(bytes, true).messages)
    } catch (error) {
      notice('LOGSHARE_WARN_DROPPED', `input ${label}: ${reasonOf(error)}`, label)
    }
  })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(port, host, resolve)
    })
  } catch (error) {
    throw unable(label, error)
  }
  socket.on('error', (error) => {
    notice('LOGSHARE_WARN_HANDLER', `input ${label}: ${reasonOf(error)}`, label)
  })
  return {
    label,
    async close() {
      await sleep(GRACE)
      socket.close()
    },
  }
}

function receive(socket: Socket, { label, split, append }: ListenOptions): void {
  const giveUp = (reason: string): void => {
    notice('LOGSHARE_WARN_DROPPED', `input ${label}: ${reason}`, label)
    socket.destroy()
  }
  const pending = new Pending(split, giveUp)
  const take = (bytes: Buffer, ended: boolean): void => {
    try {
      const messages = pending.take(bytes, ended)
      if (messages.length > 0) append(messages)
    } catch (error) {
      pending.close()
      giveUp(reasonOf(error))
    }
  }
  socket.on('data', (bytes) => take(bytes, false))
  socket.on('error', () => {}) // `close` follows
  socket.on('close', () => take(Buffer.alloc(0), true))
}

function listen(server: Server, address: object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      server.on('error', () => {}) // a connection could not be accepted: no file descriptor is free
      resolve()
    })
  })
}

// Replaces the socket file of a killed collector, but not one that a process listens on.
async function listenOnPath(server: Server, path: string, open: boolean): Promise<void> {
  try {
    await listen(server, { path })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || (await answers(path))) throw error
    unlinkSync(path)
    await listen(server, { path })
  }
  chmodSync(path, open ? 0o666 : 0o600)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    const answer = (does: boolean) => (): void => {
      socket.destroy()
      resolve(does)
    }
    socket.once('connect', answer(true))
    socket.once('error', (error: NodeJS.ErrnoException) => answer(error.code !== 'ECONNREFUSED')())
  })
}

function parseAddress(address: string): { host: string; port: number } {
  const { hostname, port } = new URL(address)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

function unable(label: string, cause: unknown): LogshareError {
  return new LogshareError('LOGSHARE_ERR_HANDLER', `input ${label}: ${reasonOf(cause)}`, { cause })
}
