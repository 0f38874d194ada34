// Zoom: the range of time that is shown, by wheel, drag and fingers.

import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Range } from './model.js'

/** Shortest range (ms). */
const LEAST = 0.02
/** Distance (px) from which on a press is a drag. */
const DRAG = 4

/** The range around `center` that is `factor` times as long. */
export function zoom({ from, to }: Range, center: number, factor: number): Range {
  const span = to - from
  const next = Math.max(LEAST, Math.min(span * factor, 1e12))
  const part = (center - from) / span
  return { from: center - part * next, to: center + (1 - part) * next }
}

/** The range moved by a part of its length. */
export function move({ from, to }: Range, part: number): Range {
  const by = (to - from) * part
  return { from: from + by, to: to + by }
}

interface Control {
  readonly range: Range
  readonly setRange: (range: Range) => void
  readonly clicked: (x: number, y: number) => void
}

/** Lets wheel and pointer change the range on an element as wide as the range; a press without a move is a click. */
export function useTimeControl(
  element: RefObject<HTMLElement | null>,
  range: Range,
  setRange: Control['setRange'],
  clicked: Control['clicked'],
): void {
  const control = useRef<Control>({ range, setRange, clicked })
  control.current = { range, setRange, clicked }
  useEffect(() => {
    const { current } = element
    return current ? listen(current, control) : undefined
  }, [])
}

function listen(element: HTMLElement, control: { readonly current: Control }): () => void {
  const wheel = (event: WheelEvent): void => {
    event.preventDefault()
    const { range, setRange } = control.current
    const box = element.getBoundingClientRect()
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)
    const delta = event.deltaX + event.deltaY
    const center = range.from + ((event.clientX - box.left) / box.width) * (range.to - range.from)
    if (isSideways) setRange(move(range, delta / box.width))
    else setRange(zoom(range, center, 1.0015 ** event.deltaY))
  }
  const down = (event: PointerEvent): void => {
    if (event.button === 0) follow(element, event, control)
  }
  element.addEventListener('wheel', wheel, { passive: false })
  element.addEventListener('pointerdown', down)
  return () => {
    element.removeEventListener('wheel', wheel)
    element.removeEventListener('pointerdown', down)
  }
}

function follow(element: HTMLElement, start: PointerEvent, control: { readonly current: Control }) {
  const { range } = control.current
  const box = element.getBoundingClientRect()
  let isDrag = false
  const moved = (event: PointerEvent): void => {
    const by = event.clientX - start.clientX
    isDrag ||= Math.abs(by) >= DRAG
    if (isDrag) control.current.setRange(move(range, -by / box.width))
  }
  const up = (event: PointerEvent): void => {
    element.removeEventListener('pointermove', moved)
    element.removeEventListener('pointerup', up)
    element.removeEventListener('pointercancel', up)
    if (!isDrag && event.type === 'pointerup')
      control.current.clicked(start.clientX - box.left, start.clientY - box.top)
  }
  element.setPointerCapture(start.pointerId)
  element.addEventListener('pointermove', moved)
  element.addEventListener('pointerup', up)
  element.addEventListener('pointercancel', up)
}
