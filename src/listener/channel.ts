// Channel: the shared memory and the messages between the root's main thread and the listener thread.

import type { MessagePort } from 'node:worker_threads'
import type { Settings } from '../config/options.js'
import type { Tally } from '../core/tally.js'
import type { Kept } from '../handlers/retry.js'

/** Words of the shared control memory. */
export const Word = {
  /** Number of requests that main has made. */
  REQUESTED: 0,
  /** Number of requests that the listener has completed. */
  DONE: 1,
  /** The latest request: one of `Request`. */
  REQUEST: 2,
  /**
   * Heartbeat: changes whenever the listener makes progress, so that main can tell a slow listener from a stuck one.
   */
  PROGRESS: 3,
  /** KiB of lines sent to main, and KiB that main has received. */
  SENT: 4,
  RECEIVED: 5,
  /** Lines for main that were dropped because main did not receive them in time. */
  DROPPED: 6,
  /** 1 if the listener has ended and producers in other processes live on. */
  HAS_PRODUCERS: 7,
  /** 1 if the listener has ended and could not pass on all records of the queue files. */
  HAS_LEFT: 8,
  SIZE: 9,
} as const

/** What a listener leaves in its runtime directory when it ends. */
export interface Ending {
  /** Whether producers in other processes live on. */
  readonly hasProducers: boolean
  /** Whether records are left that could not be passed on. */
  readonly hasLeft: boolean
}

export const Request = {
  /**
   * Handle what is in the queues, without waiting for the order window: a record being written now may be out of order.
   */
  DRAIN: 0,
  /** Handle what is in the queues, in order, and flush the handlers. */
  FLUSH: 1,
  /** Like `FLUSH`, then end. */
  STOP: 2,
} as const

/** What the listener thread starts with. */
export interface ThreadData {
  readonly settings: Settings
  readonly bell: SharedArrayBuffer
  readonly control: SharedArrayBuffer
  readonly counters: SharedArrayBuffer
  readonly rings: readonly SharedArrayBuffer[]
  /** The runtime directory, if there is one already. A checkpoint in it is the previous listener's. */
  readonly directory: string | undefined
  /** Whether a previous listener died, so that records may have been handled already. */
  readonly isSuccessor: boolean
  /** What each handler of the settings kept on the main thread. */
  readonly kept: readonly (Kept | undefined)[]
  /** Sends lines and notifications to main. */
  readonly relay: MessagePort
  /** Receives commands from main. */
  readonly commands: MessagePort
  /** Whether handlers on the main thread get every record. */
  readonly isSubscribed: boolean
  /** Version of the root's levels. */
  readonly levels: number
}

/** What main, or a thread below it, tells the listener thread. */
export type Command =
  | {
      readonly type: 'ring'
      readonly id: string
      readonly memory: SharedArrayBuffer
      readonly port: MessagePort
    }
  | { readonly type: 'watch'; readonly directory: string }
  | { readonly type: 'subscribe'; readonly on: boolean }
  | { readonly type: 'metrics'; readonly port: MessagePort }
  | { readonly type: 'levels'; readonly version: number; readonly text: string }

/**
 * What the listener thread tells main: dropped records, and the rings of other threads, which the next listener thread
 * needs if this one dies.
 */
export type Notification =
  | { readonly type: 'dropped'; readonly tally: Tally }
  | { readonly type: 'ring'; readonly id: string; readonly memory: SharedArrayBuffer }
  | { readonly type: 'ended'; readonly id: string }

/**
 * A batch of lines for main: for the application's loggers (`relay`) or for handlers on the main thread (`handlers`).
 */
export interface LineBatch {
  readonly purpose: 'relay' | 'handlers'
  readonly lines: readonly string[]
  /** KiB, rounded up. */
  readonly size: number
}

export function isCommand(message: unknown): message is Command {
  return typeof message === 'object' && message !== null && 'type' in message
}
