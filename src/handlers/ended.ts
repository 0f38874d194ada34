// Ended: how a TCP connection has ended, as far as Linux tells.

import { readFileSync } from 'node:fs'

/** States of a connection whose receiver has ended its side: ours is open still, or was ended too. */
const ENDED = ['08', '06']

/**
 * Whether the receiver, having ended its side, has not reset the connection too, as the system does for one that leaves
 * something unread. Asked before our side is destroyed; undefined where it cannot be told.
 */
export function isOrderly(localPort?: number, remotePort?: number): boolean | undefined {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(read)
  if (lines.length === 0 || localPort === undefined || remotePort === undefined) return undefined
  const ends = `${hex(localPort)} ${hex(remotePort)}`
  return lines.some((line) => {
    const [, local = '', remote = '', state = ''] = line.trim().split(/\s+/)
    return ENDED.includes(state) && `${local.slice(-4)} ${remote.slice(-4)}` === ends
  })
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

function read(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n')
  } catch {
    return []
  }
}
