// Elsewhere: whether a producer of another PID namespace lives, where its process id means nothing.

import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { wallNow } from '../core/originals.js'
import { isAlive, startOf } from '../core/process.js'
import { FIRST_SPACE, ownSpace, spaceOf } from '../queue/segment.js'

/** Milliseconds after its last record in which a producer that cannot be seen counts as living. */
const QUIET = 3000

interface Seen {
  readonly pid: number
  readonly start: string
}

/** Processes of other namespaces by producer, as they are called in this one. */
const seen = new Map<string, Seen>()

/**
 * Whether the producer's process lives. `directory` has its queue; `isConnected`: it is connected to the doorbell. A namespace
 * within this one can be seen. Of another, a producer lives that is connected or has just logged.
 */
export function livesElsewhere(directory: string, producer: string, isConnected: boolean): boolean {
  const known = seen.get(producer) ?? find(Number.parseInt(producer, 10), spaceOf(producer))
  if (known) {
    seen.set(producer, known)
    return isAlive(known.pid) && startOf(known.pid) === known.start
  }
  return ownSpace() !== FIRST_SPACE && (isConnected || isRecent(directory, producer))
}

function find(pid: number, space: string): Seen | undefined {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const status = readFileSync(`/proc/${name}/status`, 'latin1')
      const [, names = ''] = /^NSpid:\s+(.*)$/m.exec(status) ?? []
      if (names.split('\t').at(-1) !== String(pid)) continue
      if (readlinkSync(`/proc/${name}/ns/pid`) !== `pid:[${space}]`) continue
      return { pid: Number(name), start: startOf(Number(name)) }
    } catch {
      // It has ended, or is another user's.
    }
  }
  return undefined
}

function isRecent(directory: string, producer: string): boolean {
  const times = readdirSync(directory)
    .filter((name) => name.startsWith(producer))
    .map((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0)
  return wallNow() - Math.max(0, ...times) < QUIET
}
