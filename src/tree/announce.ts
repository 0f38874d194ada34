// Announcing: the root tells its children that run when its levels have changed.
//
// What they are set to is written into the runtime directory, for children to come and for those in other processes,
// which the doorbell tells to look there. Threads of the root hear of it from the listener's thread, by their ports.

import { notice, reasonOf } from '../core/notice.js'

export interface AnnouncerOptions {
  /** Whether there may be anybody to tell. */
  readonly hasChildren: () => boolean
  /** Writes the levels of this version to where children find them, and returns them as JSON. */
  readonly write: (version: number) => string
  readonly tell: (version: number, text: string) => void
}

export class Announcer {
  readonly #options: AnnouncerOptions
  #version = 0
  #isBusy = false
  #isBehind = false

  constructor(options: AnnouncerOptions) {
    this.#options = options
  }

  get version(): number {
    return this.#version
  }

  /** Levels have changed. The first change is told at once, all that follow it in the same run of code as one. */
  changed(): void {
    if (!this.#options.hasChildren()) return
    this.#isBehind = true
    if (this.#isBusy) return
    this.#isBusy = true
    this.#announce()
    queueMicrotask(() => {
      this.#isBusy = false
      if (this.#isBehind) this.changed()
    })
  }

  #announce(): void {
    this.#isBehind = false
    const { write, tell } = this.#options
    const version = ++this.#version
    try {
      tell(version, write(version))
    } catch (error) {
      notice('LOGSHARE_WARN_LISTENER', `children are not told of levels: ${reasonOf(error)}`)
    }
  }
}
