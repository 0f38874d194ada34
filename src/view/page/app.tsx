// App: what the page shows of the log: range of time, filters and the record that is selected.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Detail } from './detail.js'
import { get, useFollow, useLatest } from './get.js'
import { Lanes } from './lanes.js'
import { List } from './list.js'
import { Minimap } from './minimap.js'
import {
  type Entry,
  type Filters,
  type Found,
  type Lane,
  NO_FILTERS,
  paramsOf,
  placeLanes,
  type Range,
  type State,
} from './model.js'
import { Toolbar } from './toolbar.js'

/** Shortest time (ms) between two pictures of a log that grows, and of one that is still being read, which pictures delay. */
const INTERVAL = 300
const INTERVAL_READING = 1500

export function App() {
  const { state, isLost } = useFollow()
  if (!state) return <main class="empty">{isLost ? 'The command has ended.' : 'Opening…'}</main>
  if (state.count === 0) return <main class="empty">No records yet.</main>
  return <Log state={state} isLost={isLost} />
}

interface Selected {
  readonly position: number
  readonly row: number
  readonly time: number
}

const NOTHING = { position: -1, row: -1, time: Number.NaN }

function Log({ state, isLost }: { readonly state: State; readonly isLost: boolean }) {
  const choices = useChoices()
  const { filters, setFilters, selected, isOpen, setOpen, isFollowing, setFollowing } = choices
  const seen = useSeen(state)
  const tick = seen.count
  const lanes = useLanes(seen.version, tick)
  const byId = useMemo(() => new Map(lanes.map((lane) => [lane.id, lane])), [lanes])
  const whole = wholeOf(seen)
  const { range, setRange } = useRange(whole, isFollowing)
  const filter = paramsOf(filters)
  const found = useFound(filter, state.count)
  useShown(selected.time, range, setRange)
  const picture = { range, whole, filters, tick, setRange }
  const list = { filter, isFollowing, count: found?.found ?? 0, lanes: byId }
  const hasDetail = isOpen && selected.row >= 0
  return (
    <main class={hasDetail ? 'log open' : 'log'}>
      <h1 class="hidden">logshare view</h1>
      <Toolbar {...{ filters, setFilters, state, isLost, found, isFollowing, setFollowing }} />
      <Minimap {...picture} />
      <Lanes
        {...picture}
        lanes={useMemo(() => placeLanes(lanes), [lanes])}
        marked={selected.time}
        pick={choices.pick}
        choose={choices.choose}
      />
      <List
        {...list}
        goal={choices.goal}
        selected={selected.position}
        selectedRow={selected.row}
        select={choices.select}
        open={() => setOpen(true)}
        left={() => setFollowing(false)}
      />
      {hasDetail && <Detail row={selected.row} lanes={byId} {...choices} />}
    </main>
  )
}

// What the user has chosen: filters, a record, whether to follow.
function useChoices() {
  const [filters, changeFilters] = useState<Filters>(NO_FILTERS)
  const [selected, setSelected] = useState<Selected>(NOTHING)
  const [isOpen, setOpen] = useState(false)
  const [isFollowing, setFollowing] = useState(false)
  const [goal, setGoal] = useState({ position: -1, nth: 0 })
  const show = (position: number, row: number, time: number): void => {
    setFollowing(false)
    setSelected({ position, row, time })
    setGoal(({ nth }) => ({ position, nth: nth + 1 }))
  }
  const setFilters = (next: Filters): void => {
    changeFilters(next)
    setSelected((old) => ({ ...old, position: -1 }))
    setGoal(({ nth }) => ({ position: 0, nth: nth + 1 }))
  }
  const select = (position: number, entry: Entry | undefined): void =>
    setSelected({ position, row: entry?.row ?? -1, time: entry?.time ?? Number.NaN })
  const pick = async (time: number, lane: number): Promise<void> => {
    const path = `nearest?time=${time}&lane=${lane}&${paramsOf(filters)}`
    const near = await get<Partial<Selected>>(path)
    if (near.position === undefined || near.position < 0) return
    show(near.position, near.row ?? -1, near.time ?? time)
    setOpen(true)
  }
  const choose = ({ source }: Lane): void =>
    setFilters({ ...filters, source: filters.source === source ? '' : source })
  const filterField = (field: string): void => setFilters({ ...filters, field })
  const close = (): void => setOpen(false)
  // The record may be one that the filters leave out.
  const go = (entry: Entry): void => {
    changeFilters(NO_FILTERS)
    show(entry.row, entry.row, entry.time)
  }
  const chosen = { filters, selected, isOpen, isFollowing, goal }
  const change = { setFilters, setOpen, setFollowing, filterField, choose, close }
  return { ...chosen, ...change, select, pick, go }
}

function wholeOf({ begin, end }: State): Range {
  const from = begin ?? 0
  const to = Math.max(end ?? 0, from)
  const margin = Math.max(0.5, (to - from) * 0.01)
  return { from: from - margin, to: to + margin }
}

// All of the time until it is zoomed; then what was chosen, which moves along while the page follows.
function useRange(whole: Range, isFollowing: boolean) {
  const [chosen, setChosen] = useState<Range>()
  const setRange = (next: Range): void => {
    const isWhole = next.from <= whole.from && next.to >= whole.to
    setChosen(isWhole ? undefined : next)
  }
  const range = chosen ?? whole
  const span = range.to - range.from
  const isMoved = isFollowing && chosen !== undefined
  return { range: isMoved ? { from: whole.to - span, to: whole.to } : range, setRange }
}

// Moves the range so that a record that was selected is in it.
function useShown(time: number, range: Range, setRange: (range: Range) => void): void {
  useEffect(() => {
    if (Number.isNaN(time) || (time >= range.from && time <= range.to)) return
    const half = (range.to - range.from) / 2
    setRange({ from: time - half, to: time + half })
  }, [time])
}

// How far the log was a moment ago: pictures are not made anew too often.
function useSeen(state: State): State {
  const [seen, setSeen] = useState(state)
  const latest = useRef(state)
  const last = useRef(Number.NEGATIVE_INFINITY)
  latest.current = state
  const { count, version, isComplete } = state
  useEffect(() => {
    const interval = isComplete ? INTERVAL : INTERVAL_READING
    const hasJustBeenRead = isComplete && !seen.isComplete
    const wait = hasJustBeenRead ? 0 : Math.max(0, last.current + interval - performance.now())
    const timer = setTimeout(() => {
      last.current = performance.now()
      setSeen(latest.current)
    }, wait)
    return () => clearTimeout(timer)
  }, [count, version, isComplete])
  return seen
}

function useLanes(version: number, tick: number): readonly Lane[] {
  const summary = useLatest<{ readonly lanes: readonly Lane[] }>(
    `summary?version=${version}&tick=${tick}`,
  )
  return summary?.lanes ?? []
}

// How many records the filters leave; asked for again as long as the search goes on.
function useFound(filter: string, count: number): Found | undefined {
  const [nth, setNth] = useState(0)
  const path = filter === '' ? undefined : `search?${filter}&nth=${nth}&count=${count}`
  const found = useLatest<Found & { readonly filter?: string }>(path)
  useEffect(() => {
    if (found && found.scanned < found.total) setNth((old) => old + 1)
  }, [found])
  return filter === '' ? { found: count, scanned: count, total: count } : found
}
