// Size: hooks that render anew when an element or the colour scheme changes.

import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Width and height of an element. */
export function useSize(element: RefObject<HTMLElement | null>): readonly [number, number] {
  const [size, setSize] = useState<readonly [number, number]>([0, 0])
  useEffect(() => {
    const { current } = element
    if (!current) return
    const look = (): void => setSize([current.clientWidth, current.clientHeight])
    const observer = new ResizeObserver(look)
    observer.observe(current)
    look()
    return () => observer.disconnect()
  }, [])
  return size
}

export function useTheme(): void {
  const [, setCount] = useState(0)
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)')
    const changed = (): void => setCount((count) => count + 1)
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }, [])
}
