// List: the records in order, as many of them as are seen.

import { useEffect, useRef } from 'preact/hooks'
import type { Entry, Lane } from './model.js'
import { useRows } from './rows.js'
import { ROW_HEIGHT, type Scrolled, spacerHeight, useScroll } from './scroll.js'
import { useSize } from './size.js'
import { levelOf, oneLine, timeText } from './words.js'

export interface ListProps extends Scrolled {
  /** Which filter it is, as parameters. */
  readonly filter: string
  readonly lanes: ReadonlyMap<number, Lane>
  /** Position of the record that is selected; -1 without one. */
  readonly selected: number
  /** Its number in the log; -1 until it has arrived. */
  readonly selectedRow: number
  readonly select: (position: number, entry: Entry | undefined) => void
  readonly open: () => void
}

export function List(props: ListProps) {
  const { filter, count, selected } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [width, height] = useSize(scroller)
  const { top, scrollTo, onScroll } = useScroll(props, scroller, height)
  const first = Math.floor(top)
  const last = Math.min(count, first + Math.ceil(height / ROW_HEIGHT) + 1)
  const rowAt = useRows(filter, first, last, count)
  useAwaited(props, rowAt(selected))
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
    props.left()
    choose(next)
  }
  const isSeen = selected >= first && selected < last
  return (
    <div
      class={width < 620 ? 'list narrow' : 'list'}
      ref={scroller}
      tabIndex={0}
      role="listbox"
      aria-label="Records"
      aria-activedescendant={isSeen ? `record-${selected}` : undefined}
      onKeyDown={onKeyDown}
      onScroll={onScroll}
      data-first={first}
    >
      <div role="presentation" style={{ height: `${spacerHeight(count)}px` }}>
        <div role="presentation" class="window" style={{ height: `${height}px` }}>
          <Window {...props} {...{ first, last, top, rowAt, choose }} />
        </div>
      </div>
    </div>
  )
}

interface WindowProps extends ListProps {
  readonly first: number
  readonly last: number
  readonly top: number
  readonly rowAt: (position: number) => Entry | undefined
  readonly choose: (position: number) => void
}

function Window({ first, last, top, rowAt, choose, open, count, lanes, selected }: WindowProps) {
  const positions = Array.from({ length: Math.max(0, last - first) }, (_, nth) => first + nth)
  return (
    <div role="presentation" style={{ transform: `translateY(${(first - top) * ROW_HEIGHT}px)` }}>
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
            open()
          }}
        />
      ))}
    </div>
  )
}

// A record can be selected before it has arrived.
function useAwaited({ selected, selectedRow, select }: ListProps, entry: Entry | undefined): void {
  useEffect(() => {
    if (selected >= 0 && selectedRow < 0 && entry) select(selected, entry)
  }, [selected, selectedRow, entry])
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
