// Ended: how a TCP connection has ended, as far as Linux tells.

import { readFileSync } from 'node:fs'

const CLOSE_WAIT = '08'

/**
 * Whether the receiver, having ended its side, has not reset the connection too, as the system does for one that leaves
 * something unread. Asked while our side is open; false where it cannot be told.
 */
export function isOrderly(localPort: number | undefined, remotePort: number | undefined): boolean {
  const ends = [localPort, remotePort].map((port) => {
    return (port ?? 0).toString(16).toUpperCase().padStart(4, '0')
  })
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((path) => {
    return read(path).some((line) => {
      const [, local = '', remote = '', state] = line.trim().split(/\s+/)
      const ports = [local, remote].map((address) => address.slice(-4))
      return state === CLOSE_WAIT && ports[0] === ends[0] && ports[1] === ends[1]
    })
  })
}

function read(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n')
  } catch {
    return []
  }
}
