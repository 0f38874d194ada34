// Kernel: what Linux tells of TCP connections, and others do not.

import { readFileSync } from 'node:fs'

/** States of a connection whose receiver has ended its side: ours is open still, or was ended too. */
const ENDED = ['08', '05', '06']

/**
 * Whether the receiver, having ended its side, has not reset the connection too, as the system does for one that leaves
 * something unread. Asked before our side is destroyed; undefined where it cannot be told.
 */
export function isOrderly(localPort?: number, remotePort?: number): boolean | undefined {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => read(path).split('\n'))
  if (lines.length < 3 || localPort === undefined || remotePort === undefined) return undefined
  const ends = `${hex(localPort)} ${hex(remotePort)}`
  return lines.some((line) => {
    const [, local = '', remote = '', state = ''] = line.trim().split(/\s+/)
    return ENDED.includes(state) && `${local.slice(-4)} ${remote.slice(-4)}` === ends
  })
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

/** Bytes that may be on their way in a connection to a system that is configured like this one: unsent, or unread. */
export function bytesOnTheWay(): number {
  const [unread = UNREAD, unsent = UNSENT] = ['rmem', 'wmem'].map((name) => {
    const largest = read(`/proc/sys/net/ipv4/tcp_${name}`).trim().split(/\s+/)[2]
    return largest === undefined ? undefined : Number(largest)
  })
  return unread + unsent
}

// As Linux has them when nobody has changed them.
const UNREAD = 6 * 2 ** 20
const UNSENT = 4 * 2 ** 20

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
