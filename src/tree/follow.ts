// Following: how a child hears of the root's levels while it runs.
//
// A child whose queue is a file is told by its doorbell to look into the runtime directory; a thread with a ring is told
// by its port (through `on`: the first event of a BroadcastChannel loads all of undici). One that never yields sees at its
// log calls that it has to look.

import { existsSync, statSync } from 'node:fs'
import { threadId } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { levels, type RootLevels } from '../core/levels.js'
import type { Registry } from '../logger/registry.js'
import { levelsVersion } from '../queue/bell.js'
import { Doorbell } from '../queue/doorbell.js'
import { producerId } from '../queue/segment.js'
import { inheritancePath, type Place, readInheritance } from '../spawn/inherit.js'

/** Milliseconds between two looks into the runtime directory by a thread that logs. */
const LOOK_INTERVAL = 50
/** Milliseconds between two looks by a thread whose port is closed, for the listener's thread has died. */
const DEAF_INTERVAL = 250

export interface Follower {
  /** What the root has told last. */
  readonly latest: RootLevels
  /** Levels told from now on are this registry's, too. */
  readonly attach: (registry: Registry) => void
  /** Makes the connection by which it is told. */
  readonly connect: () => void
  /** To be called with each record and its monotonic time. */
  readonly look: (time: number) => void
  /** The producer's end of the doorbell, for a queue in a file. */
  readonly line?: { readonly producer: string; readonly bell: Doorbell }
}

export function createFollower(place: Place): Follower {
  const { queue } = place
  return queue.type === 'ring' ? followByPort(place, queue) : followByDoorbell(place, queue)
}

/** Milliseconds between two looks for a listener; twice as many after each, up to the last. */
const FIRST_LOOK = 50
const LAST_LOOK = 5000

const later = setTimeout
const soon = setImmediate
const startInterval = setInterval

/**
 * To be called when there is nobody to ring for: rings again, later and later, as long as the directory is there and
 * `settle`, asked before, has not made that needless.
 */
export function lookAgain(
  directory: string,
  bell: Doorbell,
  settle: () => boolean = () => false,
): () => void {
  let delay = FIRST_LOOK
  let waiting = false
  return () => {
    if (waiting || !existsSync(directory) || settle()) return
    waiting = true
    later(() => {
      waiting = false
      bell.knock(monotonic())
    }, delay).unref()
    delay = Math.min(delay * 2, LAST_LOOK)
  }
}

class Told {
  latest: RootLevels
  #registry: Registry | undefined

  constructor({ version, level, levels, foreign }: RootLevels) {
    this.latest = { version, level, levels, foreign }
  }

  attach(registry: Registry): void {
    this.#registry = registry
    registry.follow(this.latest)
  }

  take(told: RootLevels | undefined): void {
    if (!told || told.version <= this.latest.version) return
    const { version, level, levels: own, foreign } = told
    this.latest = { version, level, levels: own, foreign }
    this.#registry?.follow(this.latest)
    levels.replace(foreign)
  }
}

function followByDoorbell(
  { inheritance }: Place,
  { directory }: Place['queue'] & { type: 'file' },
): Follower {
  const told = new Told(inheritance)
  const producer = producerId(process.pid, threadId)
  const bell = new Doorbell(directory, producer)
  const read = (): void => told.take(readInheritance(directory))
  bell.told = read
  bell.lost = lookAgain(directory, bell)
  const path = inheritancePath(directory)
  let lookedAt: number | undefined
  let seen = ''
  const hasTurned = watchTurns()
  return {
    get latest() {
      return told.latest
    },
    attach: (registry) => told.attach(registry),
    connect: () => bell.knock(monotonic()),
    look(time) {
      lookedAt ??= time
      if (time - lookedAt < LOOK_INTERVAL) return
      lookedAt = time
      // Who yields has been told; to look into the file costs as much as many log calls.
      if (hasTurned() && bell.isConnected) return
      const now = signOf(path)
      if (now !== seen) read()
      seen = now
    },
    line: { producer, bell },
  }
}

// Tells whether the event loop has turned since it was last asked.
function watchTurns(): () => boolean {
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

function followByPort(
  { inheritance }: Place,
  { bell, port, directory }: Place['queue'] & { type: 'ring' },
): Follower {
  const told = new Told(inheritance)
  const words = new Int32Array(bell)
  let seen = told.latest.version
  let isConnected = false
  const look = (): void => {
    const version = levelsVersion(words)
    if (version === seen) return
    seen = version
    if (directory !== undefined && told.latest.version < version) {
      told.take(readInheritance(directory))
    }
  }
  return {
    get latest() {
      return told.latest
    },
    attach: (registry) => told.attach(registry),
    connect() {
      if (isConnected) return
      isConnected = true
      port.on('message', (text: string) => told.take(JSON.parse(text) as RootLevels))
      port.on('close', () => startInterval(look, DEAF_INTERVAL).unref())
      port.unref()
      look()
    },
    look,
  }
}

// Another file is renamed into the old one's place at each change.
function signOf(path: string): string {
  try {
    const { ino, mtimeMs } = statSync(path)
    return `${ino} ${mtimeMs}`
  } catch {
    return '' // gone with its root
  }
}
