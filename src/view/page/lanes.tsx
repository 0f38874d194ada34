// Lanes: one lane for each thread and process on a common time axis, which is zoomed and dragged.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useLatest } from './get.js'
import { type Density, type Filters, type PlacedLane, paramsOf, type Range } from './model.js'
import { AXIS_HEIGHT, drawAxis, drawLane, LANE_HEIGHT, prepare, readColors } from './picture.js'
import { useSize, useTheme } from './size.js'
import { countText, spanText, timeText, visible } from './words.js'
import { move, useTimeControl, zoom } from './zoom.js'

export interface LanesProps {
  readonly lanes: readonly PlacedLane[]
  readonly range: Range
  readonly whole: Range
  readonly filters: Filters
  /** Changes when there are more records. */
  readonly tick: number
  /** Time of the record that is selected; NaN without one. */
  readonly marked: number
  readonly setRange: (range: Range) => void
  readonly pick: (time: number, lane: number) => Promise<void>
  readonly choose: (lane: PlacedLane) => void
}

export function Lanes(props: LanesProps) {
  const { lanes, range, whole, setRange, choose, filters } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [width, height] = useSize(scroller)
  const first = Math.floor(top / LANE_HEIGHT)
  const shown = lanes.slice(first, first + Math.ceil(height / LANE_HEIGHT) + 1)
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = keyed(event.key, range, whole)
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    setRange(next)
  }
  // biome-ignore-start lint/a11y: it is scrolled, zoomed and moved by keys, and a fieldset would not scroll
  return (
    <section class="lanes" aria-label="Lanes">
      <div
        class="scroller"
        ref={scroller}
        tabIndex={0}
        role="group"
        aria-label="Time line. Plus and minus zoom, left and right move, 0 shows all."
        onKeyDown={onKeyDown}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <div style={{ height: `${lanes.length * LANE_HEIGHT + AXIS_HEIGHT}px` }}>
          <div class="window" style={{ height: `${height}px` }}>
            <ul
              class="labels"
              style={{ transform: `translateY(${AXIS_HEIGHT + first * LANE_HEIGHT - top}px)` }}
            >
              {shown.map((lane) => (
                <Label
                  key={lane.id}
                  lane={lane}
                  isChosen={filters.source === lane.source}
                  choose={choose}
                />
              ))}
            </ul>
            <Picture
              {...props}
              shown={shown}
              offset={first * LANE_HEIGHT - top}
              width={width}
              height={height}
            />
          </div>
        </div>
      </div>
    </section>
  )
  // biome-ignore-end lint/a11y: as above
}

function keyed(key: string, range: Range, whole: Range): Range | undefined {
  const middle = (range.from + range.to) / 2
  if (key === '+' || key === '=') return zoom(range, middle, 0.6)
  if (key === '-') return zoom(range, middle, 1 / 0.6)
  if (key === 'ArrowLeft') return move(range, -0.1)
  if (key === 'ArrowRight') return move(range, 0.1)
  return key === '0' ? whole : undefined
}

interface LabelProps {
  readonly lane: PlacedLane
  readonly isChosen: boolean
  readonly choose: (lane: PlacedLane) => void
}

function Label({ lane, isChosen, choose }: LabelProps) {
  const { label, source, count, bad, depth, lives } = lane
  const last = lives.at(-1)
  const ended = last?.how ? `, ${last.how}` : ''
  const title = `${source}: ${countText(count)} records, ${countText(bad)} of warn and above${ended}`
  return (
    <li style={{ height: `${LANE_HEIGHT}px` }}>
      <button
        type="button"
        title={visible(title)}
        aria-pressed={isChosen}
        style={{ paddingLeft: `${6 + Math.min(depth, 8) * 12}px` }}
        onClick={() => choose(lane)}
      >
        <bdi>{visible(label)}</bdi>
        {bad > 0 && <span class="bad"> {countText(bad)}</span>}
      </button>
    </li>
  )
}

interface PictureProps extends LanesProps {
  readonly shown: readonly PlacedLane[]
  /** Where the first lane that is shown begins. */
  readonly offset: number
  readonly width: number
  readonly height: number
}

function Picture(props: PictureProps) {
  const { shown, range, filters, tick, offset, height, pick, setRange } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const area = useRef<HTMLDivElement>(null)
  const [width] = useSize(area)
  const density = useDensity(range, shown, width, filters, tick)
  useTheme()
  useTimeControl(area, range, setRange, (x, y) => {
    const lane = shown[Math.floor((y - AXIS_HEIGHT - offset) / LANE_HEIGHT)]
    const time = range.from + (x / width) * (range.to - range.from)
    if (y > AXIS_HEIGHT) void pick(time, lane?.id ?? -1)
  })
  useLayoutEffect(() => {
    if (canvas.current && width > 0) draw(canvas.current, { ...props, width, height }, density)
  })
  const span = `${timeText(range.from)} to ${timeText(range.to)}, ${spanText(range.to - range.from)}`
  return (
    <div class="picture" ref={area}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Records of ${shown.length} lanes, ${span}`}
        data-ready={density ? 'yes' : 'no'}
        data-from={range.from}
        data-to={range.to}
      />
    </div>
  )
}

function draw(canvas: HTMLCanvasElement, props: PictureProps, density: Density | undefined): void {
  const { shown, range, offset, width, height, marked } = props
  const colors = readColors(canvas)
  const context = prepare(canvas, width, height)
  const drawn = { context, width, range, colors }
  drawAxis(drawn, height)
  context.save()
  context.beginPath()
  context.rect(0, AXIS_HEIGHT, width, height - AXIS_HEIGHT)
  context.clip()
  for (const [nth, lane] of shown.entries()) {
    const slot = density?.lanes?.indexOf(lane.id) ?? -1
    const cells = slot < 0 ? [] : (density?.cells[slot] ?? [])
    drawLane(
      drawn,
      AXIS_HEIGHT + offset + nth * LANE_HEIGHT,
      lane,
      cells,
      density ?? { ...range, width },
    )
  }
  context.restore()
  if (Number.isNaN(marked)) return
  context.fillStyle = colors('accent')
  context.fillRect(((marked - range.from) / (range.to - range.from)) * width - 1, 0, 2, height)
}

// A little more than is shown, so that a drag shows something at once.
function useDensity(
  range: Range,
  shown: readonly PlacedLane[],
  width: number,
  filters: Filters,
  tick: number,
): Density | undefined {
  const span = range.to - range.from
  const ids = shown.map(({ id }) => id).join(',')
  const [asked, setAsked] = useState<string>()
  const path =
    `density?from=${range.from - span / 4}&to=${range.to + span / 4}` +
    `&width=${Math.round(width * 1.5)}&lanes=${ids}&${paramsOf(filters)}&tick=${tick}`
  useEffect(() => {
    if (width > 0 && ids !== '') setAsked(path)
  }, [path])
  return useLatest<Density>(asked)
}
