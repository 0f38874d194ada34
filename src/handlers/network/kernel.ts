// Kernel: what Linux reports in /proc about TCP connections; `stream.ts` uses it to decide what to send again.

import { readFileSync } from 'node:fs'

/**
 * States (Linux `include/net/tcp_states.h`) of a connection that the receiver closed and did not reset: CLOSE_WAIT if
 * our side is still open, FIN_WAIT2 or TIME_WAIT if it is closed too.
 */
const NOT_RESET = ['08', '05', '06']

/**
 * Whether the receiver closed its side without resetting the connection. The system resets it if the receiver left
 * bytes unread. Must be called before our socket is destroyed. Undefined where it cannot be determined, e.g. on other
 * systems.
 */
export function closedCleanly(localPort?: number, remotePort?: number): boolean | undefined {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => read(path).split('\n'))
  if (lines.length < 3 || localPort === undefined || remotePort === undefined) return undefined
  const ends = `${hex(localPort)} ${hex(remotePort)}`
  return lines.some((line) => {
    const [, local = '', remote = '', state = ''] = line.trim().split(/\s+/)
    return NOT_RESET.includes(state) && `${local.slice(-4)} ${remote.slice(-4)}` === ends
  })
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

/**
 * Most bytes that a TCP connection may hold unsent or unread, if the receiver's system is configured like this one: the
 * largest receive buffer plus the largest send buffer.
 */
export function bytesInFlight(): number {
  const [unread = UNREAD, unsent = UNSENT] = ['rmem', 'wmem'].map((name) => {
    const largest = read(`/proc/sys/net/ipv4/tcp_${name}`).trim().split(/\s+/)[2]
    return largest === undefined ? undefined : Number(largest)
  })
  return unread + unsent
}

// The defaults of Linux.
const UNREAD = 6 * 2 ** 20
const UNSENT = 4 * 2 ** 20

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
