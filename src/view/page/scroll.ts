// Scroll: where a list of any length is. One that is higher than browsers allow is scrolled in proportion by its bar, and
// row by row by the wheel.

import { useEffect, useRef, useState } from 'preact/hooks'

export const ROW_HEIGHT = 22
/** Height (px) of what is scrolled at most: browsers know no elements of any height. */
const MOST_HEIGHT = 8_000_000

export interface Scrolled {
  readonly count: number
  readonly isFollowing: boolean
  /** Position to show, with a number that changes with each wish. */
  readonly goal: { readonly position: number; readonly nth: number }
  /** Called when the user scrolls away from the end, which ends to follow. */
  readonly left: () => void
}

/** Height of what is scrolled. */
export function spacerHeight(count: number): number {
  return Math.min(MOST_HEIGHT, count * ROW_HEIGHT)
}

type Scroller = { readonly current: HTMLDivElement | null }

/** The first row that is seen, with a fraction, and what changes it. */
export function useScroll(props: Scrolled, scroller: Scroller, height: number) {
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
