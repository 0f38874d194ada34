// Minimap: all of the time, with the part that is shown; a press moves the part there.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useLatest } from './get.js'
import { type Density, type Filters, paramsOf, type Range } from './model.js'
import { drawCells, prepare, readColors } from './picture.js'
import { useSize, useTheme } from './size.js'
import { dateText, timeText } from './words.js'
import { move } from './zoom.js'

const HEIGHT = 40

interface MinimapProps {
  readonly range: Range
  readonly whole: Range
  readonly filters: Filters
  readonly tick: number
  readonly setRange: (range: Range) => void
}

export function Minimap({ range, whole, filters, tick, setRange }: MinimapProps) {
  const area = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width] = useSize(area)
  const [path, setPath] = useState<string>()
  const asked = `density?from=${whole.from}&to=${whole.to}&width=${width}&${paramsOf(filters)}&tick=${tick}`
  useEffect(() => {
    if (width > 0) setPath(asked)
  }, [asked])
  const density = useLatest<Density>(path)
  useTheme()
  useLayoutEffect(() => {
    if (!canvas.current || width === 0) return
    const colors = readColors(canvas.current)
    const context = prepare(canvas.current, width, HEIGHT)
    const drawn = { context, width, range: whole, colors }
    const band = { y: 2, height: HEIGHT - 4, hasLetters: false }
    if (density) drawCells(drawn, density.cells[0] ?? [], density, band)
    const scale = width / (whole.to - whole.from)
    const [left, right] = [(range.from - whole.from) * scale, (range.to - whole.from) * scale]
    context.fillStyle = colors('shade')
    context.fillRect(0, 0, left, HEIGHT)
    context.fillRect(right, 0, width - right, HEIGHT)
    context.strokeStyle = colors('accent')
    context.lineWidth = 2
    context.strokeRect(left, 1, Math.max(3, right - left), HEIGHT - 2)
  })
  const go = (event: PointerEvent): void => {
    if (event.buttons !== 1 || width === 0) return
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    const time = whole.from + ((event.clientX - box.left) / width) * (whole.to - whole.from)
    const middle = (range.from + range.to) / 2
    setRange(move(range, (time - middle) / (range.to - range.from)))
  }
  const title = `All of the log: ${dateText(whole.from)} ${timeText(whole.from)} to ${dateText(whole.to)} ${timeText(whole.to)}`
  return (
    <div class="minimap" ref={area} onPointerDown={go} onPointerMove={go}>
      <canvas ref={canvas} role="img" aria-label={title} />
    </div>
  )
}
