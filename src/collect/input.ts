// Input: where `logshare collect` gets records from besides its runtime directory.

/**
 * Puts records' JSON lines into the collector's queue, in order; returns when they are where they survive the collector.
 * Lines without `source` and `seq` get the input's own. `seq`: the count of the last of them, for an input whose records
 * are counted already; until that one is in the queue, `last()` stays as it was. Throws if there is no room.
 */
export type Give = (lines: readonly string[], seq?: number) => void

/** What an input is told when it is opened. */
export interface InputPlace {
  readonly give: Give
  /** The count of the record given last, by this collector or one before it; 0 if there was none. */
  readonly last: () => number
  /** A directory of the collector's, for what an input has to remember from one start to the next. */
  readonly directory: string
}

export interface Input {
  /** Names it in notices. */
  readonly label: string
  close(): void | Promise<void>
}
