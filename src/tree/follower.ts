// Follower: receives the root's levels in a child while it runs.
//
// The doorbell tells a child whose queue is a file to read `config.json` in the runtime directory. A thread with a ring
// gets the levels over its port (with `on`: the first event of a BroadcastChannel loads all of undici). A child that
// never yields to the event loop gets neither; it checks for new levels in its log calls.

import { statSync } from 'node:fs'
import { threadId } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { levels, type RootLevels } from '../core/levels.js'
import { process, setImmediate, setInterval } from '../core/originals.js'
import type { Registry } from '../logger/registry.js'
import { levelsVersion } from '../queue/bell.js'
import { Doorbell } from '../queue/doorbell.js'
import { producerId } from '../queue/segment.js'
import { inheritancePath, type Place, readInheritance } from '../spawn/inherit.js'
import { createRetry } from './retry.js'

/** Time (ms) between two checks of `config.json` from log calls. */
const CHECK_INTERVAL = 50
/** Time (ms) between two checks by a thread whose port is closed because the listener thread died. */
const CLOSED_INTERVAL = 250

export interface Follower {
  /** The levels received last. */
  readonly latest: RootLevels
  /** Applies these and all later levels to a registry. */
  readonly attach: (registry: Registry) => void
  /** Connects to the listener in order to receive levels. */
  readonly connect: () => void
  /** Call with the monotonic time (ms) of each record. */
  readonly check: (time: number) => void
  /** For a queue in a file: the producer's end of the doorbell. */
  readonly doorbell?: {
    readonly producer: string
    readonly bell: Doorbell
    /** Reads the levels: a root that ends leaves some. */
    readonly read: () => void
  }
}

export function createFollower(place: Place): Follower {
  const { queue } = place
  return queue.type === 'ring' ? followByPort(place, queue) : followByDoorbell(place, queue)
}

const soon = setImmediate
const startInterval = setInterval

class Latest {
  levels: RootLevels
  #registry: Registry | undefined

  constructor({ version, level, levels: own, foreign }: RootLevels) {
    this.levels = { version, level, levels: own, foreign }
  }

  attach(registry: Registry): void {
    this.#registry = registry
    registry.follow(this.levels)
  }

  update(received: RootLevels | undefined): void {
    if (!received || received.version <= this.levels.version) return
    const { version, level, levels: own, foreign } = received
    this.levels = { version, level, levels: own, foreign }
    this.#registry?.follow(this.levels)
    levels.replace(foreign)
  }
}

function followByDoorbell(
  { inheritance }: Place,
  { directory }: Place['queue'] & { type: 'file' },
): Follower {
  const latest = new Latest(inheritance)
  const producer = producerId(process.pid, threadId)
  const bell = new Doorbell(directory, producer)
  const read = (): void => latest.update(readInheritance(directory))
  bell.told = read
  const retry = createRetry(directory, bell)
  bell.lost = () => {
    read()
    retry()
  }
  const path = inheritancePath(directory)
  let checkedAt: number | undefined
  let lastVersion = ''
  const hasYielded = watchLoop()
  return {
    get latest() {
      return latest.levels
    },
    attach: (registry) => latest.attach(registry),
    connect: () => bell.knock(monotonic()),
    check(time) {
      checkedAt ??= time
      if (time - checkedAt < CHECK_INTERVAL) return
      checkedAt = time
      // A thread that yields has got the doorbell's message; a check of the file costs as much as many log calls.
      if (hasYielded() && bell.isConnected) return
      const version = fileVersion(path)
      if (version !== lastVersion) read()
      lastVersion = version
    },
    doorbell: { producer, bell, read },
  }
}

// The returned function tells whether the event loop has turned since its last call.
function watchLoop(): () => boolean {
  let turned = false
  let waiting = false
  return () => {
    const had = turned
    turned = false
    if (waiting) return had
    waiting = true
    soon(() => {
      waiting = false
      turned = true
    }).unref()
    return had
  }
}

// `config.json` is replaced by a rename, so its inode changes with each update.
function fileVersion(path: string): string {
  try {
    const { ino, mtimeMs } = statSync(path)
    return `${ino} ${mtimeMs}`
  } catch {
    return '' // removed by its root
  }
}

function followByPort(
  { inheritance }: Place,
  { bell, port, directory }: Place['queue'] & { type: 'ring' },
): Follower {
  const latest = new Latest(inheritance)
  const words = new Int32Array(bell)
  let lastVersion = latest.levels.version
  let isConnected = false
  const check = (): void => {
    const version = levelsVersion(words)
    if (version === lastVersion) return
    lastVersion = version
    if (directory !== undefined && latest.levels.version < version) {
      latest.update(readInheritance(directory))
    }
  }
  return {
    get latest() {
      return latest.levels
    },
    attach: (registry) => latest.attach(registry),
    connect() {
      if (isConnected) return
      isConnected = true
      port.on('message', (text: string) => latest.update(JSON.parse(text) as RootLevels))
      port.on('close', () => startInterval(check, CLOSED_INTERVAL).unref())
      port.unref()
      check()
    },
    check,
  }
}
