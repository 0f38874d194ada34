// Handler: where records end. All handlers live with the listener.

import { levelNumber, type Threshold } from '../core/level.js'
import type { Frame } from '../queue/frame.js'

/** A record on its way to a handler: the bytes of its JSON line, without the line's end. */
export type Delivery = Frame

/** How far a log file went, at a moment when all that was handed on was in it. */
export interface Mark {
  readonly path: string
  readonly inode: string
  readonly size: number
}

/**
 * The listener calls `write` with records in order, one batch after the other and never an empty one. The bytes are
 * valid until `write` returns; what a handler keeps longer it copies. `write` must not wait for anything but the
 * operating system. A handler that throws is counted and announced, and called again with the next batch.
 */
export interface Handler {
  /** Names the handler in notices. */
  readonly label: string
  /** Asked for each record; a handler without it gets all of them. */
  readonly accepts?: ((record: Delivery) => boolean) | undefined
  write(records: readonly Delivery[]): void
  /** Where the handler stands, for one that can tell afterwards what was written behind it. */
  mark?(): Mark
  /** Resolves when everything written so far has left the process. */
  flush?(): void | Promise<void>
  /** Called once, after the last `write` and a `flush`. */
  close?(): void | Promise<void>
}

/** What decides about a record for one handler; undefined if all records may pass. */
export function createFilter(options: {
  readonly level?: Threshold
  readonly names?: readonly string[]
}): ((record: Delivery) => boolean) | undefined {
  const least = options.level === undefined ? 0 : levelNumber(options.level)
  const patterns = options.names?.map(pattern)
  if (least === 0 && !patterns) return undefined
  return (record) => {
    if (record.level < least) return false
    return !patterns || patterns.some((each) => each.test(nameOf(record)))
  }
}

const BEFORE_NAME = Buffer.from(',"name":"')

/** The logger's name, read where the line has it: nothing before it can hold the text that is looked for. */
export function nameOf({ buffer, start, end }: Delivery): string {
  const from = buffer.indexOf(BEFORE_NAME, start) + BEFORE_NAME.length - 1
  for (let at = from + 1; at < end; at++) {
    if (buffer[at] === 0x5c) at++
    else if (buffer[at] === 0x22) return JSON.parse(buffer.toString('utf8', from, at + 1)) as string
  }
  return ''
}

// A name stands for itself and all beneath it; `*` for any characters.
function pattern(name: string): RegExp {
  const escaped = name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')
  return new RegExp(`^${escaped}(?:\\.|:|$)`)
}
