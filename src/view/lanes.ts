// Lanes: every thread, process and file that has records, as a tree, with begin, end and how each ended.

/** Most lanes, most lives in all, and most names. What comes after them is counted with the last. */
const MOST = 20_000
const MOST_LIVES = 50_000
const MOST_NAMES = 65_535

/** One process or thread; a lane has several where the application was started again. */
export interface Life {
  readonly pid: string
  begin: number
  end: number
  /** From a record of its end; empty if there is none. */
  how: string
}

export interface Lane {
  readonly id: number
  /** Id of the lane above; -1 for the first. */
  readonly parent: number
  readonly label: string
  /** What the filter by source compares: source, or path of the log. */
  readonly source: string
  readonly lives: Life[]
  count: number
  /** Records of a warning and worse. */
  bad: number
}

export class Lanes {
  readonly all: Lane[] = []
  /** Incremented when there is a new lane or end. */
  version = 0
  readonly #byKey = new Map<string, Lane>()
  #lives = 0

  /** The lane of a file and of a path in its tree of children. */
  find(file: string, source: string): Lane {
    const found = this.#byKey.get(`${file}\n${source}`)
    if (found) return found
    const top = this.#byKey.get(file) ?? this.#add(file, -1, file, file)
    if (source === '') return top
    const isRoot = source === 'root' || source.startsWith('pid ')
    const above = source.includes('/') ? source.slice(0, source.lastIndexOf('/')) : 'root'
    const parent = isRoot ? top : this.find(file, above)
    return this.#add(`${file}\n${source}`, parent.id, source.split('/').at(-1) as string, source)
  }

  /** Counts a record. */
  note(lane: Lane, pid: string, time: number, level: number): void {
    lane.count++
    if (level >= 40) lane.bad++
    if (Number.isFinite(time)) this.lifeOf(lane, pid, time).end = time
  }

  /** The life that a process id belongs to; a new one if it is another than before. */
  lifeOf(lane: Lane, pid: string, time: number): Life {
    const { lives } = lane
    const last = lives.at(-1)
    const found = last?.pid === pid ? last : lives.findLast((each) => each.pid === pid)
    if (found) return found
    if (last && this.#lives >= MOST_LIVES) return last
    const life = { pid, begin: time, end: time, how: '' }
    lives.push(life)
    this.#lives++
    this.version++
    return life
  }

  #add(key: string, parent: number, label: string, source: string): Lane {
    const last = this.all.at(-1)
    if (last && this.all.length >= MOST) return last
    const lane = { id: this.all.length, parent, label, source, lives: [], count: 0, bad: 0 }
    this.all.push(lane)
    this.#byKey.set(key, lane)
    this.version++
    return lane
  }
}

/** Names of loggers as numbers. */
export class Names {
  readonly all: string[] = ['']
  readonly #ids = new Map([['', 0]])

  idOf(name: string): number {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    if (this.all.length >= MOST_NAMES) return MOST_NAMES - 1
    this.#ids.set(name, this.all.length)
    return this.all.push(name) - 1
  }
}
