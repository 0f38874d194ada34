// Server: serves the page and its data on loopback.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { clearInterval, setInterval } from '../core/originals.js'
import { Api } from './api.js'
import { check, HEADERS } from './guard.js'
import { type Opened, openLogs } from './logs.js'

const TOKEN_BYTES = 24
/** Time (ms) between two looks for news. */
const INTERVAL = 100
/** Longest time (ms) without a sign of life to a page that follows. */
const ALIVE = 15_000
const FILES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'main.js': 'text/javascript; charset=utf-8',
  'main.css': 'text/css; charset=utf-8',
}

export interface Viewing {
  readonly url: string
  /** Rejects if the index cannot grow any more. */
  readonly ended: Promise<void>
  close(): void
}

/** Shows logs as a page. `port`: 0 for any. Rejects with the system's error if it cannot listen. */
export async function view(
  paths: readonly string[],
  port: number,
  failed: (path: string, error: unknown) => void,
): Promise<Viewing> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const opened = openLogs(paths, failed)
  const api = new Api(opened)
  const server = createServer((request, response) => {
    try {
      handle(request, response, { api, token })
    } catch (error) {
      if (!response.headersSent) send(response, 500, 'text/plain', String(error))
    }
  })
  await listen(server, port).catch((error: unknown) => {
    close(server, opened)
    throw error
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}/${token}/`,
    ended: opened.ended,
    close: () => close(server, opened),
  }
}

interface Context {
  readonly api: Api
  readonly token: string
}

function handle(request: IncomingMessage, response: ServerResponse, { api, token }: Context): void {
  const url = check(request, token)
  if (typeof url === 'number') {
    send(response, url, 'text/plain', url === 403 ? 'wrong address or token' : 'not allowed')
    return
  }
  const name = url.pathname.slice(1) || 'index.html'
  const type = Object.hasOwn(FILES, name) ? FILES[name] : undefined
  if (type) send(response, 200, type, readFileSync(join(__dirname, 'page', name)))
  else if (name === 'api/follow') follow(response, api)
  else {
    const answer = name.startsWith('api/') ? api.answer(name.slice(4), url.searchParams) : undefined
    if (answer === undefined) send(response, 404, 'text/plain', 'not found')
    else send(response, 200, 'application/json', JSON.stringify(answer))
  }
}

// Server-sent events: how far the index is, whenever it has grown.
function follow(response: ServerResponse, api: Api): void {
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' })
  let last = ''
  let quiet = 0
  const tell = (): void => {
    const state = JSON.stringify(api.state())
    quiet += INTERVAL
    if (state !== last) response.write(`data: ${state}\n\n`)
    else if (quiet >= ALIVE) response.write(':\n\n')
    else return
    last = state
    quiet = 0
  }
  tell()
  const timer = setInterval(tell, INTERVAL)
  response.on('close', () => clearInterval(timer))
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': type })
  response.end(body)
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

function close(server: Server, { stop, parts, ended }: Opened): void {
  server.close()
  server.closeAllConnections()
  stop.abort()
  const done = (): void => parts.close()
  ended.then(done, done)
}
