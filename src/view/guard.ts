// Guard: who may ask for what: only this machine, by the address that was printed, with its token, and only to read.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Nothing is loaded or run but the page's own files, whatever a log contains. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
}

/** What is asked for, behind the token; a status if it is refused. */
export function check(request: IncomingMessage, token: string): URL | 400 | 403 | 405 {
  const { method, url = '', headers, socket } = request
  // A name that somebody else lets lead to this machine is in `Host`: the browser then takes their page for ours.
  const port = socket.localPort
  if (headers.host !== `127.0.0.1:${port}` && headers.host !== `localhost:${port}`) return 403
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return 403
  if (!url.startsWith('/') || !URL.canParse(`http://127.0.0.1${url}`)) return 400
  const { pathname, search } = new URL(`http://127.0.0.1${url}`)
  const [, given = '', ...rest] = pathname.split('/')
  if (!isSame(given, token)) return 403
  if (method !== 'GET') return 405
  return new URL(`/${rest.join('/')}${search}`, 'http://127.0.0.1')
}

// In the same time wherever they differ.
function isSame(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}
