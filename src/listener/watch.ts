// Watch: a runtime directory that the listener's thread looks after: its doorbell, producers that cannot ring, and what a
// cleaner removes.

import { notice, reasonOf } from '../core/notice.js'
import { clearInterval, setInterval } from '../core/originals.js'
import { type DoorbellEvents, openDoorbell } from '../queue/doorbell.js'
import type { Listener } from './listener.js'
import { Upkeep } from './upkeep.js'

/** Milliseconds between two polls of the directory for producers that cannot ring. */
const POLL_INTERVAL = 250
/** The same if there is no doorbell. */
const NO_DOORBELL_INTERVAL = 10

export interface WatchOptions {
  /** Version of the root's levels. */
  readonly levels: () => number
  /** What `logshare ps` is answered. */
  readonly census: () => string
  /** Called when a producer has rung: what it has written is not due yet. */
  readonly rang: () => void
  readonly wake: () => void
}

export interface Watch {
  /** Tells the producers that are connected the version of the root's levels. */
  tell(version: number): void
  close(): void
}

/** Looks after a directory that `listener` reads, and polls it once. */
export function watchDirectory(
  directory: string,
  listener: Listener,
  { levels, census, rang, wake }: WatchOptions,
): Watch {
  const upkeep = new Upkeep(directory)
  const poll = (): void => {
    if (upkeep.check()) {
      doorbell.close()
      doorbell = openDoorbell(directory, events, levels())
    }
    listener.poll()
    listener.sources.detectUnheard()
    wake()
  }
  let polling = setInterval(poll, POLL_INTERVAL)
  const events: DoorbellEvents = {
    ring(producer) {
      listener.sources.rang(producer)
      rang()
    },
    gone(producer) {
      listener.sources.disconnected(producer)
      wake()
    },
    asked: census,
    mute(error) {
      const reason = `cannot open the doorbell, the queues are polled instead: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_LISTENER', reason)
      clearInterval(polling)
      polling = setInterval(poll, NO_DOORBELL_INTERVAL)
    },
  }
  let doorbell = openDoorbell(directory, events, levels())
  poll()
  return {
    tell: (version) => doorbell.tell(version),
    close() {
      doorbell.close()
      clearInterval(polling)
    },
  }
}
