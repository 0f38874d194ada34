// Checkpointer: decides when the listener takes a checkpoint, when it is saved, and which segments may then be removed.
//
// A checkpoint is taken when all delivered records have been released from their queues. It is saved when the handlers'
// receivers have acknowledged those records. Only after that their segments are removed.

import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { type Checkpoint, CheckpointFile, type Positions } from './checkpoint.js'
import type { Children } from './children.js'
import type { Fanout } from './fanout.js'
import type { Sources } from './sources.js'

/** Milliseconds between two checkpoints while many records are delivered, and while few are. */
const INTERVAL = 20
const INTERVAL_OF_FEW = 100
/** Records behind the last checkpoint: a handler that cannot look up what it has written may get them twice. */
const FEW = 20

interface Pending {
  readonly checkpoint: Checkpoint
  readonly isAcknowledged: () => boolean
}

export class Checkpointer {
  readonly #sources: Sources
  readonly #fanout: Fanout
  readonly #children: Children | undefined
  // Undefined as long as there is no runtime directory.
  #file: CheckpointFile | undefined
  /** Records that were delivered since the last checkpoint was taken. */
  #delivered = 0
  // Taken but not saved yet.
  #pending: Pending | undefined
  #savedPositions: Positions = {}
  #savedAt = Number.NEGATIVE_INFINITY

  constructor(sources: Sources, fanout: Fanout, children?: Children) {
    this.#sources = sources
    this.#fanout = fanout
    this.#children = children
  }

  /** Positions of the last saved checkpoint. */
  get savedPositions(): Positions {
    return this.#savedPositions
  }

  /** Saves checkpoints in a runtime directory from now on, the first before anything is delivered: it has the marks. */
  watch(directory: string): void {
    this.#file = new CheckpointFile(directory)
    this.delivered()
    this.save()
  }

  /** So many records were delivered, or something else that a checkpoint has. */
  delivered(count = 1): void {
    this.#delivered += count
  }

  /**
   * Saves if the last checkpoint is older than the interval, or if a producer fills segments faster than that: it may wait
   * for one that was read.
   */
  saveIfDue(): void {
    const isCheap = this.#file === undefined
    const interval = this.#delivered < FEW ? INTERVAL_OF_FEW : INTERVAL
    const isDue = isCheap || monotonic() - this.#savedAt >= interval
    if (isDue || this.#sources.hasFinishedSegments()) this.save()
  }

  /**
   * Takes a checkpoint if there is something new, and saves it if its records are acknowledged. Not while a handler
   * keeps records in memory that are still in their queues: a takeover would resume after them.
   */
  save(): void {
    if (this.#fanout.blocksCheckpoint()) return
    if (this.#file === undefined) {
      this.#discardMarks()
      return
    }
    const isBehind = this.#delivered > 0 || this.#sources.hasFinishedSegments()
    if (isBehind && !this.#pending) this.#pending = this.#take()
    if (!this.#pending?.isAcknowledged()) return
    const { checkpoint } = this.#pending
    this.#pending = undefined
    this.#write(this.#file, checkpoint)
    this.#savedPositions = checkpoint.positions
    this.#sources.removeSegments(checkpoint.positions)
  }

  // Without a runtime directory there is no takeover that could use a checkpoint: marks count as saved.
  #discardMarks(): void {
    if (this.#delivered === 0) return
    this.#delivered = 0
    this.#savedAt = monotonic()
    this.#fanout.marks()
    this.#fanout.checkpointSaved()
  }

  #take(): Pending {
    this.#delivered = 0
    const children = this.#children && { children: this.#children.read() }
    const checkpoint = {
      positions: this.#sources.positions(),
      marks: this.#fanout.marks(),
      ...children,
    }
    return { checkpoint, isAcknowledged: this.#fanout.acknowledgement() }
  }

  #write(file: CheckpointFile, checkpoint: Checkpoint): void {
    this.#savedAt = monotonic()
    try {
      file.write(checkpoint)
      this.#fanout.checkpointSaved()
    } catch (error) {
      const reason = `cannot save the checkpoint, a takeover would resume at an older one: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_LISTENER', reason, 'state')
    }
  }
}
