// Library: types of the parts of roarr 7 that the adapter reads or patches.

/** The global property with the state that all copies of the library share. */
export const GLOBAL = 'ROARR'

/** Writes a serialized message: to stdout or stderr, or what the application has put in its place. */
export type Write = (text: string) => void

export interface State {
  write?: Write | undefined
}

export interface Message {
  readonly context: Readonly<Record<string, unknown>>
  readonly message: string
}
