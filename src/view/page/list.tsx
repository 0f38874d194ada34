// List: the records in order, as many of them as are seen.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Entry, Lane } from './model.js'
import { useRows } from './rows.js'
import { useSize } from './size.js'
import { levelOf, oneLine, timeText } from './words.js'

const ROW_HEIGHT = 22
/** Height (px) of what is scrolled at most: browsers know no elements of any height. */
const MOST_HEIGHT = 8_000_000

export interface ListProps {
  /** Which filter it is, as parameters. */
  readonly filter: string
  readonly count: number
  readonly lanes: ReadonlyMap<number, Lane>
  /** Position of the record that is selected; -1 without one. */
  readonly selected: number
  readonly isFollowing: boolean
  /** Position to show, with a number that changes with each wish. */
  readonly goal: { readonly position: number; readonly nth: number }
  readonly select: (position: number, entry: Entry | undefined) => void
  readonly open: () => void
  /** Called when the user scrolls away from the end, which ends to follow. */
  readonly left: () => void
}

export function List(props: ListProps) {
  const { filter, count, selected, lanes } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [width, height] = useSize(scroller)
  const { top, scrollTo, onScroll } = useScroll(props, scroller, height)
  const first = Math.floor(top)
  const last = Math.min(count, first + Math.ceil(height / ROW_HEIGHT) + 1)
  const rowAt = useRows(filter, first, last, count)
  const choose = (position: number): void => {
    const next = Math.max(0, Math.min(count - 1, position))
    props.select(next, rowAt(next))
    if (next < top) scrollTo(next)
    else if (next > top + height / ROW_HEIGHT - 1.5) scrollTo(next - height / ROW_HEIGHT + 1.5)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = keyed(event.key, selected < 0 ? first - 1 : selected, height, count)
    if (event.key === 'Enter' && selected >= 0) props.open()
    if (next === undefined) return
    event.preventDefault()
    choose(next)
  }
  const positions = Array.from({ length: Math.max(0, last - first) }, (_, nth) => first + nth)
  return (
    <div
      class={width < 620 ? 'list narrow' : 'list'}
      ref={scroller}
      tabIndex={0}
      role="listbox"
      aria-label="Records"
      aria-activedescendant={
        selected >= first && selected < last ? `record-${selected}` : undefined
      }
      onKeyDown={onKeyDown}
      onScroll={onScroll}
      data-first={first}
    >
      <div role="presentation" style={{ height: `${Math.min(MOST_HEIGHT, count * ROW_HEIGHT)}px` }}>
        <div role="presentation" class="window" style={{ height: `${height}px` }}>
          <div
            role="presentation"
            style={{ transform: `translateY(${(first - top) * ROW_HEIGHT}px)` }}
          >
            {positions.map((position) => (
              <Record
                key={position}
                position={position}
                entry={rowAt(position)}
                count={count}
                lanes={lanes}
                isSelected={position === selected}
                choose={() => {
                  choose(position)
                  props.open()
                }}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  )
}

function keyed(key: string, at: number, height: number, count: number): number | undefined {
  const page = Math.max(1, Math.floor(height / ROW_HEIGHT) - 1)
  const steps: Readonly<Record<string, number>> = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    PageUp: at - page,
    PageDown: at + page,
    Home: 0,
    End: count - 1,
  }
  return steps[key]
}

interface RecordProps {
  readonly position: number
  readonly entry: Entry | undefined
  readonly count: number
  readonly lanes: ReadonlyMap<number, Lane>
  readonly isSelected: boolean
  readonly choose: () => void
}

function Record({ position, entry, count, lanes, isSelected, choose }: RecordProps) {
  const level = levelOf(entry?.level ?? 0)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
    <div
      class={`record ${level.word}`}
      role="option"
      id={`record-${position}`}
      onClick={choose}
      aria-selected={isSelected}
      aria-posinset={position + 1}
      aria-setsize={count}
    >
      {entry ? (
        <>
          <span class="time">{timeText(entry.time)}</span>
          <span class="level">{level.word}</span>
          <span class="lane">
            <bdi>{oneLine(lanes.get(entry.lane)?.source ?? '')}</bdi>
          </span>
          <span class="name">
            <bdi>{oneLine(entry.name)}</bdi>
          </span>
          <span class="msg">
            <bdi>{oneLine(entry.msg)}</bdi>
          </span>
        </>
      ) : (
        <span class="time">…</span>
      )}
    </div>
  )
}

type Scroller = { readonly current: HTMLDivElement | null }

// The first row that is seen, with a fraction. A list that is higher than browsers allow is scrolled in proportion by its
// bar, and row by row by the wheel.
function useScroll(props: ListProps, scroller: Scroller, height: number) {
  const { count, goal, isFollowing, left } = props
  const [top, setTop] = useState(0)
  const own = useRef(-1)
  const most = Math.max(0, count - height / ROW_HEIGHT)
  const isScaled = count * ROW_HEIGHT > MOST_HEIGHT
  const scale = isScaled ? Math.max(1, MOST_HEIGHT - height) / Math.max(1, most) : ROW_HEIGHT
  const scrollTo = (row: number): void => {
    const next = Math.max(0, Math.min(most, row))
    setTop(next)
    if (!scroller.current) return
    scroller.current.scrollTop = next * scale
    own.current = scroller.current.scrollTop
  }
  const onScroll = (): void => {
    const now = scroller.current?.scrollTop ?? 0
    if (Math.abs(now - own.current) < 1) return
    own.current = now
    setTop(Math.min(most, now / scale))
    if (now / scale < most - 2) left()
  }
  const control = useRef({ top, scrollTo, isScaled, left })
  control.current = { top, scrollTo, isScaled, left }
  useEffect(() => listenToWheel(scroller, control), [])
  useEffect(() => {
    if (isFollowing) scrollTo(most)
    else if (top > most) scrollTo(most)
  }, [isFollowing, count, height])
  useEffect(() => {
    if (goal.position >= 0) scrollTo(goal.position - height / ROW_HEIGHT / 2)
  }, [goal])
  return { top: Math.min(top, most), scrollTo, onScroll }
}

interface Control {
  readonly top: number
  readonly scrollTo: (row: number) => void
  readonly isScaled: boolean
  readonly left: () => void
}

function listenToWheel({ current }: Scroller, control: { readonly current: Control }) {
  const wheel = (event: WheelEvent): void => {
    const { top, scrollTo, isScaled, left } = control.current
    if (event.deltaY < 0) left()
    if (!isScaled || event.ctrlKey) return
    event.preventDefault()
    scrollTo(top + event.deltaY / ROW_HEIGHT)
  }
  current?.addEventListener('wheel', wheel, { passive: false })
  return () => current?.removeEventListener('wheel', wheel)
}
