// Syslog handler: sends each record as a syslog message, through the same connections as `socket.ts`.
//
// Message format: RFC 5424 or RFC 3164 (`formatters/syslog.ts`). Transport: one message per datagram over UDP (RFC
// 5426) and on Unix datagram sockets; over TCP (RFC 6587) and TLS (RFC 5425) with octet counting, or, for RFC 3164 and
// Unix stream sockets, ended by a line feed (RFC 6587 section 3.4.2, non-transparent framing).

import { hostname } from 'node:os'
import { FACILITIES, type SyslogHandlerOptions } from '../../config/remote.js'
import { createSyslogFormat } from '../../formatters/syslog.js'
import type { Handler, HandlerContext } from '../handler.js'
import { parseBytes } from '../lines.js'
import { createNetHandler } from './socket.js'

/**
 * Defaults: address `unix:/dev/log`, facility `user`, app `node`, format `rfc3164` without a host on Unix sockets and
 * `rfc5424` otherwise. Throws `LOGSHARE_ERR_HANDLER` if a TLS file cannot be read.
 */
export function createSyslogHandler(
  options: SyslogHandlerOptions,
  context: HandlerContext,
): Handler {
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
    context,
    frame: isCounted ? countOctets : endLine,
    shorten: truncate,
    encode: (line) => Buffer.from(toText(parseBytes(line))),
  })
}

// RFC 6587 section 3.4.1 and RFC 5425 section 4.3: the length in bytes, a space, the message.
function countOctets(message: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}

// The format leaves no line feed within a message.
function endLine(message: Uint8Array): Uint8Array {
  return Buffer.concat([message, LINE_FEED])
}

const LINE_FEED = Buffer.from('\n')

// Never splits a UTF-8 character.
function truncate(message: Uint8Array, limit: number): Uint8Array {
  let end = limit
  while (end > 0 && ((message[end] ?? 0) & 0xc0) === 0x80) end--
  return message.subarray(0, end)
}
