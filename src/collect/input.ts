// Input: where `logshare collect` gets records from besides its runtime directory.

/**
 * Puts records' JSON lines into the collector's queue, in order; returns when they are where they survive the collector.
 * Lines without `source` and `seq` get the input's own.
 */
export type Give = (lines: readonly string[]) => void

/** What an input is told when it is opened. */
export interface InputPlace {
  readonly give: Give
  /** A directory of the collector's, for what an input has to remember from one start to the next. */
  readonly directory: string
}

export interface Input {
  /** Names it in notices. */
  readonly label: string
  close(): void | Promise<void>
}
