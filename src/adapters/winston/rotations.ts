// Rotations: what DailyRotateFile of the root tells of its files (`new`, `rotate`, `archive`, `logRemoved`), the same transport of a
// child tells too. The child has no file that it could tell of.

import type { Levels } from '../../core/levels.js'
import { nextTick } from '../../core/originals.js'
import { isDelayed } from './files.js'
import type { Transport } from './library.js'
import { filesIn } from './rotator.js'
import { fileOf, innermost } from './transports.js'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean
type Daily = Transport & { readonly logStream?: object; emit: Emit }
type Event = readonly [name: string, ...args: string[]]

/** What the root announces of one file. */
interface Told {
  /** The file that is written now. */
  readonly file?: string | undefined
  /** How many events there have been. */
  readonly count: number
  /** The last of them. */
  readonly events: readonly Event[]
}

const NAMES: readonly unknown[] = ['new', 'rotate', 'archive', 'logRemoved', 'addWatcher']
/** More events than a child misses while it is busy for long. */
const MAX_EVENTS = 32

const watched = new WeakSet<Transport>()

/** In the root: announces the events of the transport from now on. */
export function announceEvents(given: Transport, levels: Levels): void {
  const transport = innermost(given) as Daily
  const files = filesIn(transport)
  const path = fileOf(transport)
  if (!files || path === undefined || watched.has(transport)) return
  watched.add(transport)
  const [current] = [...files].slice(-1)
  let told: Told = { file: current && String(current.path), count: 0, events: [] }
  const tell = (): void => levels.announceText(keyOf(path), JSON.stringify(told))
  tell()
  const { emit } = transport
  const value: Emit = function (this: unknown, event, ...args) {
    if (NAMES.includes(event) && args.every((arg) => typeof arg === 'string')) {
      const next = [event, ...args] as unknown as Event
      const { file, count, events } = told
      // The first one comes after the transport was made, of a file that is known.
      const isFirst = event === 'new' && args[0] === file
      told = {
        file: event === 'new' ? next[1] : file,
        count: isFirst ? count : count + 1,
        events: isFirst ? events : [...events, next].slice(-MAX_EVENTS),
      }
      tell()
    }
    return emit.call(this, event, ...args)
  }
  Object.defineProperty(transport, 'emit', { value, configurable: true, writable: true })
}

/** In a child: has transports emit what the root announces. */
export class Rotations {
  readonly #levels: Levels
  readonly #followed = new Map<WeakRef<Daily>, { count?: number }>()
  readonly #known = new WeakSet<Transport>()
  readonly #unwatch: () => void

  constructor(levels: Levels) {
    this.#levels = levels
    this.#unwatch = levels.watch(() => this.#look())
  }

  follow(given: Transport): void {
    const transport = innermost(given) as Daily
    if (this.#known.has(transport) || !isDelayed(transport)) return
    this.#known.add(transport)
    const ref = new WeakRef(transport)
    this.#followed.set(ref, {})
    this.#pass(ref)
  }

  close(): void {
    this.#unwatch()
  }

  #look(): void {
    for (const ref of this.#followed.keys()) this.#pass(ref)
  }

  #pass(ref: WeakRef<Daily>): void {
    const transport = ref.deref()
    const state = this.#followed.get(ref)
    if (!transport || !state || !isDelayed(transport)) {
      this.#followed.delete(ref) // it writes, and tells, itself
      return
    }
    const text = this.#levels.findText(keyOf(fileOf(transport) ?? ''))
    if (text === undefined) return
    const { file, count, events } = JSON.parse(text) as Told
    const missed = state.count === undefined ? 0 : count - state.count
    const isNew = state.count === undefined && file !== undefined
    state.count = count
    const due: readonly Event[] = isNew ? [['new', file]] : missed > 0 ? events.slice(-missed) : []
    for (const event of due) nextTick(() => isDelayed(transport) && transport.emit(...event))
  }
}

function keyOf(path: string): string {
  return `rotated ${path}`
}
