// Fifos: named pipes in the runtime directory, each for one stream of one program.

import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { process, wallNow } from '../core/originals.js'
import { isAlive } from '../core/process.js'
import { removeFile } from '../core/remove.js'
import { ownSpace } from '../queue/segment.js'

/** How many are made at once: making them takes the start of a process. */
const BATCH = 8
const SUFFIX = '.pipe'
/** Milliseconds after which a pipe whose process has ended is not one that a helper is still about to open. */
const STALE = 60_000

/** A pipe with both ends open in this process. */
export interface OpenFifo {
  readonly path: string
  /** The program's end. */
  readonly writer: number
  closeWriter(): void
  /** Closes both ends, and removes the file. */
  close(): void
}

export class Fifos {
  readonly directory: string
  readonly #spawnSync: typeof import('node:child_process').spawnSync
  #unused: string[] = []

  constructor(directory: string, spawnSync: typeof import('node:child_process').spawnSync) {
    this.directory = directory
    this.#spawnSync = spawnSync
  }

  /** Opens a new pipe. Throws the system's error, or if there is no program `mkfifo`. */
  open(): OpenFifo {
    if (this.#unused.length === 0) this.#unused = this.#make()
    const path = this.#unused.pop() as string
    // Without a reader a pipe cannot be opened for writing. This end stays open, unread, so that the program gets no
    // SIGPIPE if the helper dies: another one then opens the path.
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const writer = openSync(path, constants.O_WRONLY)
    const closeWriter = once(() => closeSync(writer))
    const close = once(() => {
      closeWriter()
      closeSync(reader)
      removeFile(path)
    })
    return { path, writer, closeWriter, close }
  }

  /** Removes those that were not used. */
  end(): void {
    for (const path of this.#unused.splice(0)) removeFile(path)
  }

  #make(): string[] {
    const id = `${owner(process.pid)}-${randomBytes(4).toString('hex')}`
    const paths = Array.from({ length: BATCH }, (_, at) =>
      join(this.directory, `${id}-${at}${SUFFIX}`),
    )
    const { error, status, stderr } = this.#spawnSync('mkfifo', ['-m', '600', ...paths])
    if (error) throw error
    if (status !== 0) throw new Error(`mkfifo: ${String(stderr).trim()}`)
    return paths
  }
}

/**
 * Removes those that processes which have been killed have left in the directory. Other processes may have just opened theirs; those
 * of another PID namespace stay, because their ids mean nothing here.
 */
export function sweepFifos(directory: string): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    if (!name.endsWith(SUFFIX) || isElsewhere(name) || isAlive(Number.parseInt(name, 10))) continue
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {}
    if (mtimeMs !== undefined && wallNow() - mtimeMs > STALE) removeFile(path)
  }
}

/**
 * For the helper when it ends: removes the pipes that it has read, and if the process that has made them has ended, those that
 * this has not used.
 */
export function removeRead(paths: Iterable<string>): void {
  for (const path of paths) {
    const directory = dirname(path)
    removeFile(path)
    const read = basename(path)
    const pid = Number.parseInt(read, 10)
    if (isElsewhere(read) || isAlive(pid)) continue
    for (const name of readdirSync(directory))
      if (name.startsWith(`${owner(pid)}-`) && name.endsWith(SUFFIX))
        removeFile(join(directory, name))
  }
}

// A process of this PID namespace, in a file's name.
function owner(pid: number): string {
  return `${pid}.${ownSpace()}`
}

function isElsewhere(name: string): boolean {
  return !name.startsWith(`${owner(Number.parseInt(name, 10))}-`)
}

function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    act()
  }
}
