// Channel: the memory and the messages by which the root's main thread and the listener's thread talk.

import type { MessagePort } from 'node:worker_threads'
import type { Settings } from '../config/options.js'
import type { Tally } from '../core/tally.js'

/** Words of the shared control memory. */
export const Word = {
  /** Counts what main has asked for. */
  ASKED: 0,
  /** What of it the listener has done. */
  DONE: 1,
  /** What is asked for last: one of `Ask`. */
  ASK: 2,
  /** Changes whenever the listener gets on, so that main can tell slow from stuck. */
  PROGRESS: 3,
  /** KiB of lines sent to main, and of those main has taken. */
  SENT: 4,
  TAKEN: 5,
  /** Lines for main that were dropped because it did not take them. */
  DROPPED: 6,
  /** Set when a runtime directory is left to living producers. */
  LEFT: 7,
  SIZE: 8,
} as const

export const Ask = {
  /** What is in the queues, at once: records of a producer that is just logging may miss their place in the order. */
  BARRIER: 0,
  /** What is in the queues, in order, and out of the process. */
  FLUSH: 1,
  /** The same, and the end. */
  STOP: 2,
} as const

/** What the listener's thread starts with. */
export interface ThreadData {
  readonly settings: Settings
  readonly bell: SharedArrayBuffer
  readonly control: SharedArrayBuffer
  readonly counters: SharedArrayBuffer
  readonly rings: readonly SharedArrayBuffer[]
  /** The runtime directory, if there is one already; the state in it is that of a listener before. */
  readonly directory: string | undefined
  /** Whether a thread before this one has died. */
  readonly isSuccessor: boolean
  /** Lines for the root's main thread go here. */
  readonly relay: MessagePort
  /** Messages from main come here. */
  readonly commands: MessagePort
  /** Whether main has handlers of its own and wants every line. */
  readonly tap: boolean
  /** Version of the root's levels. */
  readonly levels: number
}

/** What main, or a thread beneath it, tells the listener. */
export type Command =
  | {
      readonly type: 'ring'
      readonly id: string
      readonly memory: SharedArrayBuffer
      readonly port: MessagePort
    }
  | { readonly type: 'watch'; readonly directory: string }
  | { readonly type: 'tap'; readonly on: boolean }
  | { readonly type: 'levels'; readonly version: number; readonly text: string }

/** What the listener tells main: about rings it was told of by others, so that a next listener knows them; about drops. */
export type News =
  | { readonly type: 'dropped'; readonly tally: Tally }
  | { readonly type: 'ring'; readonly id: string; readonly memory: SharedArrayBuffer }
  | { readonly type: 'ended'; readonly id: string }

/** Lines for main: to give back to the application's loggers, or for handlers that were added there. */
export interface Parcel {
  readonly purpose: 'relay' | 'tap'
  readonly lines: readonly string[]
  /** KiB, rounded up. */
  readonly size: number
}

export function isCommand(message: unknown): message is Command {
  return typeof message === 'object' && message !== null && 'type' in message
}
