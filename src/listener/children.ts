// Children: the children that have started and not ended, and what has to be recorded of their ends.
//
// A living parent notes the end of its child after the child has ended. So when the listener comes to that note, in the
// order of time, it has passed on all that the child has logged. Where no parent is left to wait for a child, the end of its
// queue is the end.

import { monotonic } from '../core/clock.js'
import { type EndNote, type Note, parentOf, type StartNote } from '../core/lifecycle.js'
import { process } from '../core/originals.js'
import { isAlive } from '../core/process.js'
import { Drops } from '../core/tally.js'
import type { Delivery } from '../handlers/handler.js'
import type { Frame } from '../queue/frame.js'
import {
  type Child,
  endRecord,
  type Outcome,
  outcomeOf,
  outcomeOfThread,
  startRecord,
} from './ending.js'
import { pidOf, type Source } from './source.js'
import type { Sources } from './sources.js'

/** Milliseconds between two looks for children that have ended without a note. */
const INTERVAL = 20
/** What follows the source of a process in those of its threads. */
const THREADS = /^(?:\/worker#\d+)+$/

interface Head {
  readonly source: Source
  readonly frame: Frame
}

export class Children {
  readonly #sources: Sources
  /** By process, thread and source: all processes below one shell have the same source. */
  readonly #living = new Map<string, Child>()
  readonly #bySource = new WeakMap<Source, Child>()
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(sources: Sources) {
    this.#sources = sources
  }

  /** The living children, for a checkpoint. */
  read(): readonly Child[] {
    return [...this.#living.values()].map((child) => ({ ...child }))
  }

  /** Continues with those of an earlier checkpoint. Threads with a ring have died with their process, which was the root. */
  restore(children: readonly Child[]): void {
    for (const child of children) {
      if (child.producer !== undefined || child.pid === process.pid) this.#add(child)
    }
  }

  /** Takes a note and returns the records that it leads to. Notes that are damaged are ignored. */
  take({ source, frame }: Head): Delivery[] {
    const note = parseNote(frame)
    switch (note?.event) {
      case 'start':
        this.#start(note, source)
        return []
      case 'exit': {
        const child = this.#childOf(source)
        if (child) child.exit = { ...note, time: frame.time }
        return []
      }
      case 'end':
        return this.#endByParent(note, frame.time)
      default:
        return []
    }
  }

  /** Counts records up to this sequence number. */
  count(source: Source, seq: number): void {
    const child = this.#childOf(source)
    if (child) child.seq = seq
  }

  /** Counts a report about dropped records, and those. */
  countReport(source: Source, frame: Frame): void {
    const child = this.#childOf(source)
    if (!child) return
    child.own++
    child.drops += dropsIn(frame)
  }

  /**
   * The records of children that have ended and that no parent waits for. `isClosing`: this listener ends with the root,
   * which therefore does not wait for its children any more.
   */
  findEnded(isClosing: boolean): Delivery[] {
    if (this.#living.size === 0) return []
    const now = monotonic()
    if (!isClosing && now - this.#lookedAt < INTERVAL) return []
    this.#lookedAt = now
    const timeOf = ({ exit }: Child): number => exit?.time ?? now
    const ended = [...this.#living.values()]
      .filter((child) => this.#hasEnded(child, isClosing) && !this.#isAwaited(child, isClosing))
      .sort((a, b) => timeOf(a) - timeOf(b))
    return ended.flatMap((child) => this.#end(child, outcomeOf(child.exit), timeOf(child)))
  }

  #add(child: Child): void {
    this.#living.set(keyOf(child), child)
  }

  #start(note: StartNote, source: Source): void {
    const { isLogged, event: _event, ...identity } = note
    const producer = source.file ? source.id : undefined
    const child = { ...identity, producer, seq: 0, own: isLogged ? 1 : 0, drops: 0 }
    this.#add(child)
    this.#bySource.set(source, child)
  }

  // After a takeover, a child is found by the name of its queue, or by its records.
  #childOf(source: Source): Child | undefined {
    const known = this.#bySource.get(source)
    if (known) return known
    const { id, file, origin } = source
    const child = file
      ? [...this.#living.values()].find(({ producer }) => producer === id)
      : origin && this.#living.get(keyOf(origin))
    if (child) this.#bySource.set(source, child)
    return child
  }

  #endByParent(note: EndNote, time: number): Delivery[] {
    const own = [...this.#living.values()].filter(
      ({ source, isDirect }) => isDirect && source === note.child,
    )
    if (own.length > 0) {
      const { limit } = note
      return own.flatMap((child) =>
        this.#end({ ...child, limit }, outcomeOf(child.exit, note), time),
      )
    }
    return this.#endUnstarted(note, time)
  }

  // A node process or thread that ended in another way than by itself, before logshare was there.
  #endUnstarted(note: EndNote, time: number): Delivery[] {
    const outcome = outcomeOf(undefined, note)
    const { child: source, pid, isNode } = note
    const isKnown = [...this.#living.values()].some((child) => child.source === source)
    if (!isNode || isKnown || pid === undefined || outcome.reason === 'exit') return []
    const counts = { seq: 0, own: 0, drops: 0 }
    const child: Child = { ...note, source, pid, isDirect: true, ...counts }
    const start = startRecord(child)
    child.own = child.seq
    return [...(start ? [start] : []), ...this.#end(child, outcome, time)]
  }

  // Its threads end with it.
  #end(child: Child, outcome: Outcome, time: number): Delivery[] {
    this.#living.delete(keyOf(child))
    const threads = [...this.#living.values()].filter(({ pid, source }) => {
      return pid === child.pid && isThreadOf(source, child.source)
    })
    const inner = threads.flatMap((each) => this.#end(each, outcomeOfThread(each, outcome), time))
    const record = endRecord(child, outcome, time)
    return record ? [...inner, record] : inner
  }

  #hasEnded({ producer, pid, exit }: Child, isClosing: boolean): boolean {
    if (producer === undefined) return isClosing && pid === process.pid && exit !== undefined
    const source = this.#sources.find(producer)
    return !source || (source.hasEnded && !source.reader.peek())
  }

  // Whether a parent is there that notes, or has noted, the end.
  #isAwaited({ source, isDirect, by }: Child, isClosing: boolean): boolean {
    if (!isDirect) return false
    const parent = parentOf(source)
    if ([...this.#living.values()].some((each) => each.source === parent)) return true
    if (parent === 'root' && isClosing && by === process.pid) return false
    if (isThread(parent)) return false // it is not among the living
    return isAlive(by) || this.#hasUnread(by)
  }

  #hasUnread(pid: number): boolean {
    return [...this.#sources.values()].some(({ id, file }) => file?.peek() && pidOf(id) === pid)
  }
}

function keyOf({ source, pid, tid }: Pick<Child, 'source' | 'pid' | 'tid'>): string {
  return `${source} ${pid}/${tid}`
}

function isThread(source: string): boolean {
  return /(?:^|\/)worker#\d+$/.test(source)
}

function isThreadOf(source: string, process: string): boolean {
  return source.startsWith(process) && THREADS.test(source.slice(process.length))
}

function parseNote({ buffer, start, end }: Frame): Note | undefined {
  try {
    return JSON.parse(buffer.toString('utf8', start, end)) as Note
  } catch {
    return undefined
  }
}

function dropsIn({ buffer, start, end }: Frame): number {
  const drops = new Drops()
  try {
    drops.merge(JSON.parse(buffer.toString('utf8', start, end)).dropped)
  } catch {
    // A damaged report counts nothing.
  }
  return drops.total
}
