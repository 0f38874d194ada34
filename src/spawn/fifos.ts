// Fifos: named pipes in the runtime directory, each for one stream of one program.

import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { process } from '../core/originals.js'
import { removeFile } from '../core/remove.js'

/** How many are made at once: making them takes the start of a process. */
const BATCH = 8

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
    const id = `${process.pid}-${randomBytes(4).toString('hex')}`
    const paths = Array.from({ length: BATCH }, (_, at) => join(this.directory, `${id}-${at}.pipe`))
    const { error, status, stderr } = this.#spawnSync('mkfifo', ['-m', '600', ...paths])
    if (error) throw error
    if (status !== 0) throw new Error(`mkfifo: ${String(stderr).trim()}`)
    return paths
  }
}

function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    act()
  }
}
