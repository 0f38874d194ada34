// Socket handler: sends each record as a line of JSON over TCP, TLS, UDP or a Unix socket.
//
// `createNetHandler` is shared with `syslog.ts`: it combines a courier, which retries, and a receiver, which connects.

import { keysOf } from '../../config/format.js'
import type { SocketHandlerOptions } from '../../config/remote.js'
import { LEVELS } from '../../core/level.js'
import { notice } from '../../core/notice.js'
import { createJson } from '../../formatters/json.js'
import { createFilter } from '../filter.js'
import type { Handler, HandlerContext } from '../handler.js'
import { parseBytes } from '../lines.js'
import { Courier, courierMethods } from './courier.js'
import { createReceiver } from './receiver.js'
import { DATAGRAM_BATCH, type Receiver, type Route } from './route.js'

/** Largest batch (bytes) in one `send`. */
const BATCH = 256 * 1024
const LINE_FEED = Buffer.from('\n')
/** Ends a GELF message over a stream. */
const NUL = Buffer.from('\0')

/**
 * Messages are the records' JSON lines: newline-delimited over a stream, one per datagram otherwise. A record that is
 * too long for a datagram is dropped and counted. Throws `LOGSHARE_ERR_HANDLER` if a TLS file cannot be read.
 */
export function createSocketHandler(
  options: SocketHandlerOptions,
  context: HandlerContext,
): Handler {
  const { address, tls, format = 'json' } = options
  const json = createJson(format, keysOf(options))
  const end = format === 'gelf' ? NUL : LINE_FEED
  const label = `socket ${address}`
  return createNetHandler(options, {
    label,
    address,
    tls,
    context,
    frame: (line) => Buffer.concat([line, end]),
    shorten: (line) => {
      const { source, _source, level } = parseBytes(line)
      const isOurs = json === undefined
      context.dropped(String(source ?? _source ?? ''), isOurs ? level : LEVELS.info, 1)
      const what = `a record of ${line.length} bytes is too long for a datagram`
      notice('LOGSHARE_WARN_DROPPED', `${label}: ${what}; such records are dropped`, label)
      return undefined
    },
    encode: (line) => (json ? Buffer.from(json(parseBytes(line))) : line),
  })
}

export interface NetOptions extends Omit<Route, 'connectionLost'> {
  readonly label: string
  /** Makes a message from a record's JSON line. */
  readonly encode: (line: Uint8Array) => Uint8Array
}

/** Creates a handler that sends each record as one message to `address`. */
export function createNetHandler(
  filter: Parameters<typeof createFilter>[0],
  { label, encode, ...route }: NetOptions,
): Handler {
  const receiver: Receiver = createReceiver({ ...route, connectionLost: () => courier.sendNow() })
  const isUdp = route.address.startsWith('udp:')
  const courier = new Courier({
    label,
    context: route.context,
    send: (lines) => receiver.send(lines.map(encode)),
    unconfirmed: () => receiver.unconfirmed(),
    bytes: BATCH,
    ...(isUdp && { records: DATAGRAM_BATCH }),
  })
  return {
    ...courierMethods(courier),
    label,
    accepts: createFilter(filter),
    async close() {
      courier.close()
      await receiver.close()
    },
  }
}
