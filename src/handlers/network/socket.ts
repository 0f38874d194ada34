// The socket handler: lines of JSON to a receiver, over a stream or in datagrams.

import type { SocketHandlerOptions } from '../../config/remote.js'
import { notice } from '../../core/notice.js'
import { createFilter } from '../filter.js'
import type { Handler, Surroundings } from '../handler.js'
import { parseLine } from '../lines.js'
import { Courier, courierPart } from './courier.js'
import { createReceiver } from './receiver.js'
import { DATAGRAMS, type Receiver, type Route } from './route.js'

/** Bytes that are written to a stream at once. */
const BATCH = 256 * 1024
const LINE_FEED = Buffer.from('\n')

/** Throws `LOGSHARE_ERR_HANDLER` if a file for TLS cannot be read. */
export function createSocketHandler(options: SocketHandlerOptions, place: Surroundings): Handler {
  const { address, tls } = options
  const label = `socket ${address}`
  return createNetHandler(options, {
    label,
    address,
    tls,
    place,
    frame: (line) => Buffer.concat([line, LINE_FEED]),
    shorten: (line) => {
      const { source, level } = parseLine(Buffer.from(line).toString())
      place.dropped(source, level, 1)
      const what = `a record of ${line.length} bytes is too long for a datagram`
      notice('LOGSHARE_WARN_DROPPED', `${label}: ${what}; such records are dropped`, label)
      return undefined
    },
    encode: (line) => line,
  })
}

export interface NetOptions extends Omit<Route, 'lost'> {
  readonly label: string
  /** From a record's JSON to the message. */
  readonly encode: (line: Uint8Array) => Uint8Array
}

/** A handler that sends each record as one message. */
export function createNetHandler(
  filter: Parameters<typeof createFilter>[0],
  { label, encode, ...route }: NetOptions,
): Handler {
  const receiver: Receiver = createReceiver({ ...route, lost: () => courier.hurry() })
  const isUdp = route.address.startsWith('udp:')
  const courier = new Courier({
    label,
    place: route.place,
    send: (lines) => receiver.send(lines.map(encode)),
    owed: () => receiver.owed(),
    bytes: BATCH,
    ...(isUdp && { records: DATAGRAMS }),
  })
  return {
    ...courierPart(courier),
    label,
    accepts: createFilter(filter),
    async close() {
      courier.close()
      await receiver.close()
    },
  }
}
