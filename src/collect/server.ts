// Servers: the sockets that inputs listen on.

import { chmodSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { LogshareError } from '../core/errors.js'
import { notice, reasonOf } from '../core/notice.js'
import type { Give, Input } from './input.js'
import type { Split } from './split.js'

const MAX_CONNECTIONS = 1024
/** Bytes of datagrams the system keeps while this thread is busy; it may allow less. */
const DATAGRAM_BUFFER = 4 * 2 ** 20
/** Milliseconds in which, at the end, what has arrived is still read. */
const GRACE = 100

export interface ListenOptions {
  readonly label: string
  /** `tcp://host:port`, `udp://host:port` or `unix:/path`. */
  readonly address: string
  /** Whether other users of this machine may connect to a Unix socket. */
  readonly open: boolean
  readonly split: Split
  readonly give: Give
}

/** Gives what comes over connections. One that sends no messages, or for which there is no room, is ended. */
export async function listenOnStream(options: ListenOptions): Promise<Input> {
  const { label, address, open } = options
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    attend(socket, options)
  })
  server.maxConnections = MAX_CONNECTIONS
  const path = address.startsWith('unix:') ? address.slice('unix:'.length) : undefined
  try {
    if (path === undefined) await listen(server, placeOf(address))
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

/** Gives each datagram as a message. */
export async function listenForDatagrams(options: ListenOptions): Promise<Input> {
  const { label, address, split, give } = options
  const { createSocket } = require('node:dgram') as typeof import('node:dgram')
  const { host, port } = placeOf(address)
  const socket = createSocket({
    type: host.includes(':') ? 'udp6' : 'udp4',
    recvBufferSize: DATAGRAM_BUFFER,
  })
  socket.on('message', (bytes) => {
    try {
      give(split(bytes, true).messages)
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

function attend(socket: Socket, { label, split, give }: ListenOptions): void {
  let rest: Buffer = Buffer.alloc(0)
  const take = (bytes: Buffer, ended: boolean): void => {
    try {
      const found = split(rest.length === 0 ? bytes : Buffer.concat([rest, bytes]), ended)
      rest = found.rest
      if (found.messages.length > 0) give(found.messages)
    } catch (error) {
      notice('LOGSHARE_WARN_DROPPED', `input ${label}: ${reasonOf(error)}`, label)
      rest = Buffer.alloc(0)
      socket.destroy()
    }
  }
  socket.on('data', (bytes) => take(bytes, false))
  socket.on('error', () => {}) // its end is told by `close`
  socket.on('close', () => take(Buffer.alloc(0), true))
}

function listen(server: Server, place: object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(place, () => {
      server.off('error', reject)
      server.on('error', () => {}) // of one connection: no descriptor for it
      resolve()
    })
  })
}

// A socket that a killed collector has left is in the way, one that somebody listens on is his.
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

function placeOf(address: string): { host: string; port: number } {
  const { hostname, port } = new URL(address)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

function unable(label: string, cause: unknown): LogshareError {
  return new LogshareError('LOGSHARE_ERR_HANDLER', `input ${label}: ${reasonOf(cause)}`, { cause })
}
