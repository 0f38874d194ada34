// Input: a source of records of `logshare collect` besides its applications, such as a syslog socket.

/**
 * Appends JSON lines to the input's queue, in order. When it returns, they survive a crash of the collector. Lines
 * without `source` and `seq` get those of the input. `seq` is the sequence number of the last line, for an input whose
 * records are numbered already; `last()` changes only when that line is in the queue. Throws if the queue is full.
 */
export type Append = (lines: readonly string[], seq?: number) => void

/** What an input gets when it is opened. */
export interface InputContext {
  readonly append: Append
  /** Sequence number of the record appended last, by this collector or an earlier one; 0 if there was none. */
  readonly last: () => number
  /** Path of a directory for files that the input keeps between two starts of the collector. */
  readonly directory: string
}

export interface Input {
  /** Name of the input in warnings. */
  readonly label: string
  /** Stops receiving; what was received is appended first. */
  close(): void | Promise<void>
}
