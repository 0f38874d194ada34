// Leftover: the records that an earlier application has left, which stay in their files while handlers cannot write.

import type { Fanout } from './fanout.js'
import type { Source } from './source.js'
import type { Sources } from './sources.js'

export class Leftover {
  readonly #sources: Sources
  readonly #fanout: Fanout
  readonly #batch: number

  /** `batch`: bytes that handlers may keep while they are given more. */
  constructor(sources: Sources, fanout: Fanout, batch: number) {
    this.#sources = sources
    this.#fanout = fanout
    this.#batch = batch
  }

  /** The queues that may be read now. */
  readable(): Iterable<Source> {
    return this.#mayBeRead() ? this.#sources.values() : this.#sources.current()
  }

  /** Whether there are such records, and the handlers may be given more of them. */
  mayGoOn(): boolean {
    return this.#sources.hasLeft() && this.#mayBeRead()
  }

  /** After the end: whether records in queue files could not be passed on, so that the next listener has to. */
  get remains(): boolean {
    const isAcknowledged = this.#fanout.acknowledgement()()
    return this.#fanout.blocksCheckpoint() || !isAcknowledged || this.#sources.hasLeft()
  }

  #mayBeRead(): boolean {
    return !this.#fanout.hasGivenUp() && this.#fanout.waiting() < this.#batch
  }
}
