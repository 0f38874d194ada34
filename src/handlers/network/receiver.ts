// Receiver: chooses the receiver for an address (`stream`, `udp` or `local`) and reads the TLS files.

import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { LogshareError } from '../../core/errors.js'
import { reasonOf } from '../../core/notice.js'
import type { Receiver, Route } from './route.js'

/**
 * Creates the receiver for a checked address: `unix:` local, `udp:` UDP, `tcp:` and `tls:` a stream. Does not connect
 * yet. Throws `LOGSHARE_ERR_HANDLER` if a TLS file cannot be read.
 */
export function createReceiver(route: Route): Receiver {
  const { address } = route
  if (address.startsWith('unix:')) {
    const { LocalReceiver } = require('./local.js') as typeof import('./local.js')
    return new LocalReceiver(route, address.slice('unix:'.length))
  }
  const { protocol, hostname, port } = new URL(address)
  const target = { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port) }
  if (protocol === 'udp:') {
    const { UdpReceiver } = require('./udp.js') as typeof import('./udp.js')
    return new UdpReceiver(route, target)
  }
  const { StreamReceiver } = require('./stream.js') as typeof import('./stream.js')
  return protocol === 'tls:'
    ? new StreamReceiver(route, target, readTls(route, target.host))
    : new StreamReceiver(route, target)
}

/**
 * TLS options as `tls.connect` takes them; the files `ca`, `cert` and `key` are read (PEM). `servername` (SNI) is set
 * unless the host is an IP address. Throws `LOGSHARE_ERR_HANDLER` if a file cannot be read.
 */
export function readTls(
  { address, tls = {} }: Pick<Route, 'address' | 'tls'>,
  host: string,
): ConnectionOptions {
  const { ca, cert, key, ...others } = tls
  const files = Object.entries({ ca, cert, key }).flatMap(([name, path]) => {
    return path === undefined ? [] : [[name, readPem(address, name, path)] as const]
  })
  const isName = !/^[\d.]+$|:/.test(host)
  return { ...(isName && { servername: host }), ...others, ...Object.fromEntries(files) }
}

function readPem(address: string, name: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new LogshareError('LOGSHARE_ERR_HANDLER', `${address}: tls.${name}: ${reasonOf(error)}`)
  }
}
