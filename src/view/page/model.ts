// Model: what the server answers, and what the page asks it.

/** How far the index is. */
export interface State {
  readonly count: number
  readonly late: number
  /** Times (ms since the epoch); null without a record. */
  readonly begin: number | null
  readonly end: number | null
  /** Changes with the lanes. */
  readonly version: number
  readonly done: number
  readonly size: number
  readonly isComplete: boolean
}

export interface Life {
  readonly pid: string
  readonly begin: number
  readonly end: number
  readonly how: string
}

export interface Lane {
  readonly id: number
  readonly parent: number
  readonly label: string
  readonly source: string
  readonly lives: readonly Life[]
  readonly count: number
  readonly bad: number
}

/** A lane in its place in the tree. */
export interface PlacedLane extends Lane {
  readonly depth: number
}

export interface Entry {
  readonly row: number
  readonly time: number
  readonly level: number
  readonly lane: number
  readonly name: string
  readonly msg: string
}

export interface Detail extends Entry {
  readonly text: string
  readonly isCut: boolean
}

export interface Found {
  readonly found: number
  readonly scanned: number
  readonly total: number
}

export interface Density {
  readonly from: number
  readonly to: number
  readonly width: number
  readonly lanes?: readonly number[]
  /** For each lane: column, count and level in turn. */
  readonly cells: readonly (readonly number[])[]
}

export interface Range {
  readonly from: number
  readonly to: number
}

export interface Filters {
  readonly text: string
  readonly level: string
  readonly name: string
  readonly source: string
  readonly field: string
}

export const NO_FILTERS: Filters = { text: '', level: '', name: '', source: '', field: '' }

/** The filters that are set, as parameters of a request. */
export function paramsOf(filters: Filters): string {
  const set = Object.entries(filters).filter(([, value]) => value !== '')
  return new URLSearchParams(set).toString()
}

/** Lanes in the order of the tree, each below its parent. A single file is no lane, unless it has records itself. */
export function placeLanes(lanes: readonly Lane[]): readonly PlacedLane[] {
  const below = new Map<number, Lane[]>()
  for (const lane of lanes) {
    const children = below.get(lane.parent)
    if (children) children.push(lane)
    else below.set(lane.parent, [lane])
  }
  const isAlone = (below.get(-1) ?? []).length === 1
  const placed: PlacedLane[] = []
  const byLabel = new Intl.Collator('en', { numeric: true }).compare
  const add = (parent: number, depth: number): void => {
    const children = below.get(parent) ?? []
    for (const lane of children.sort((a, b) => byLabel(a.label, b.label))) {
      const hasOwn = parent !== -1 || !isAlone || lane.count > 0
      if (hasOwn) placed.push({ ...lane, depth })
      add(lane.id, hasOwn ? depth + 1 : depth)
    }
  }
  add(-1, 0)
  return placed
}
