// Announcer: tells the children that are running when the root's levels change.
//
// New levels are written to `config.json` in the runtime directory. Later children read them there; running child
// processes are told over the doorbell to read the file. Threads of the root get the levels from the listener thread,
// over their message ports.

import { notice, reasonOf } from '../core/notice.js'
import { queueMicrotask } from '../core/originals.js'

export interface AnnouncerOptions {
  /** Whether any child may have been started. */
  readonly hasChildren: () => boolean
  /** Writes the levels under this version to where children read them; returns them as JSON. */
  readonly write: (version: number) => string
  /** Sends the levels (as JSON) to the children that are running. */
  readonly send: (version: number, text: string) => void
}

export class Announcer {
  readonly #options: AnnouncerOptions
  #version = 0
  #isScheduled = false
  #isOutdated = false

  constructor(options: AnnouncerOptions) {
    this.#options = options
  }

  /** Version of the levels announced last; 0 before the first announcement. */
  get version(): number {
    return this.#version
  }

  /** Call after each change of a level. Announces the first change at once and later ones of the same task together. */
  changed(): void {
    if (!this.#options.hasChildren()) return
    this.#isOutdated = true
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.announce()
    queueMicrotask(() => {
      this.#isScheduled = false
      if (this.#isOutdated) this.changed()
    })
  }

  /** Announces the levels now. */
  announce(): void {
    this.#isOutdated = false
    const { write, send } = this.#options
    const version = ++this.#version
    try {
      send(version, write(version))
    } catch (error) {
      notice(
        'LOGSHARE_WARN_LISTENER',
        `the new levels could not be sent to children: ${reasonOf(error)}`,
      )
    }
  }
}
