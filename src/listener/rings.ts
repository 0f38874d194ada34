// Rings: the queues of the root's threads, as the main thread hands them out and takes them back.

import { randomUUID } from 'node:crypto'
import type { MessagePort } from 'node:worker_threads'
import { createRing, emptyRing } from '../queue/ring.js'
import type { Command } from './channel.js'

/** Rings that are kept for threads to come. */
const MAX_SPARE = 8

export class Rings {
  readonly #post: (command: Command, transfer: readonly MessagePort[]) => void
  // Those of threads that live, or were not read to their end: should the listener's thread die, the next one reads on.
  readonly #used = new Map<string, SharedArrayBuffer>()
  // Those that were read to their end: V8 does not count shared memory, and would leave it lying for long.
  readonly #spare: SharedArrayBuffer[] = []

  /** `post` tells the listener's thread. */
  constructor(post: (command: Command, transfer: readonly MessagePort[]) => void) {
    this.#post = post
  }

  values(): Iterable<SharedArrayBuffer> {
    return this.#used.values()
  }

  /** A ring for a new thread, which the listener reads from its start on. The port's end ends it. */
  prepare(): { readonly memory: SharedArrayBuffer; readonly port: MessagePort } {
    const { MessageChannel } =
      require('node:worker_threads') as typeof import('node:worker_threads')
    const { port1, port2 } = new MessageChannel()
    const id = randomUUID()
    const memory = this.#spare.pop() ?? createRing()
    this.add(id, memory)
    this.#post({ type: 'ring', id, memory, port: port1 }, [port1])
    return { memory, port: port2 }
  }

  /** A thread has made one for a thread of its own. */
  add(id: string, memory: SharedArrayBuffer): void {
    this.#used.set(id, memory)
  }

  /** Its thread has ended and it was read to its end. */
  retire(id: string): void {
    const memory = this.#used.get(id)
    this.#used.delete(id)
    if (!memory || this.#spare.length >= MAX_SPARE) return
    emptyRing(memory)
    this.#spare.push(memory)
  }
}
