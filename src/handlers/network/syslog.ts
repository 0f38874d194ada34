// The syslog handler: messages of RFC 5424 or RFC 3164, framed as RFC 5426, 6587 and 5425 say.

import { hostname } from 'node:os'
import { FACILITIES, type SyslogHandlerOptions } from '../../config/remote.js'
import { createSyslogFormat } from '../../formatters/syslog.js'
import type { Handler, Surroundings } from '../handler.js'
import { parseLine } from '../lines.js'
import { createNetHandler } from './socket.js'

/** Throws `LOGSHARE_ERR_HANDLER` if a file for TLS cannot be read. */
export function createSyslogHandler(options: SyslogHandlerOptions, place: Surroundings): Handler {
  const { address = 'unix:/dev/log', tls, facility = 'user', app = 'node' } = options
  const isLocal = address.startsWith('unix:')
  const { format = isLocal ? 'rfc3164' : 'rfc5424' } = options
  const toText = createSyslogFormat({
    format,
    facility: FACILITIES.indexOf(facility),
    app,
    host: isLocal && format === 'rfc3164' ? undefined : hostname(),
  })
  const isCounted = format === 'rfc5424' && !isLocal
  return createNetHandler(options, {
    label: `syslog ${address}`,
    address,
    tls,
    place,
    frame: isCounted ? count : endLine,
    shorten: cut,
    encode: (line) => Buffer.from(toText(parseLine(Buffer.from(line).toString()))),
  })
}

// Octet counting.
function count(message: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}

// No message has a line feed in it.
function endLine(message: Uint8Array): Uint8Array {
  return Buffer.concat([message, LINE_FEED])
}

const LINE_FEED = Buffer.from('\n')

// Not within a character.
function cut(message: Uint8Array, limit: number): Uint8Array {
  let end = limit
  while (end > 0 && ((message[end] ?? 0) & 0xc0) === 0x80) end--
  return message.subarray(0, end)
}
