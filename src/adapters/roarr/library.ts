// Library: what the adapter uses of roarr 7: the state that all its copies share on the global object.

import type { Message } from '../../deferred/roarr.js'

/** roarr and applications write text; in a child, roarr gives our function the message itself. */
export type Write = (text: string | Message) => void
export type Serialize = (message: Message) => unknown

export interface State {
  write?: Write
  serializeMessage?: Serialize
}

/** The property of the global object that has the state. */
export const GLOBAL = 'ROARR'

/** What is loaded here. */
export const loaded: { state: State | undefined } = { state: undefined }
