// Picture: draws lanes and the minimap: a level is a colour and a height, a number of records is how dense it is.

import type { Density, Life, PlacedLane, Range } from './model.js'
import { levelOf, ticksOf } from './words.js'

export const LANE_HEIGHT = 24
export const AXIS_HEIGHT = 22

/** Part of a lane's height by level. */
const HEIGHTS: Readonly<Record<string, number>> = {
  none: 0.3,
  trace: 0.25,
  debug: 0.35,
  info: 0.5,
  warn: 0.72,
  error: 0.88,
  fatal: 1,
}
/** Least distance (px) to the next column for a letter and for a broad bar. */
const LETTER_GAP = 11
const BROAD = 3
/** Height (px) of a letter within its bar. */
const LETTER_HEIGHT = 10

export type Colors = (name: string) => string

/** Colours of the page's style, which follow the scheme of the system. */
export function readColors(element: Element): Colors {
  const style = getComputedStyle(element)
  const known = new Map<string, string>()
  return (name) => {
    const color = known.get(name) ?? style.getPropertyValue(`--${name}`).trim()
    known.set(name, color)
    return color
  }
}

/** Makes a canvas as fine as the screen, and empty. */
export function prepare(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio || 1
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== w) canvas.width = w
  if (canvas.height !== h) canvas.height = h
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  return context
}

export interface Drawn {
  readonly context: CanvasRenderingContext2D
  readonly width: number
  readonly range: Range
  readonly colors: Colors
}

export function drawAxis({ context, width, range, colors }: Drawn, height: number): void {
  const scale = width / (range.to - range.from)
  context.font = '11px system-ui, sans-serif'
  for (const { time, text } of ticksOf(range.from, range.to, Math.max(1, width / 110))) {
    const x = Math.round((time - range.from) * scale) + 0.5
    context.fillStyle = colors('line')
    context.fillRect(x, 0, 1, height)
    context.fillStyle = colors('muted')
    context.fillText(text, x + 4, 14)
  }
}

/** Draws one lane with its top at `y`. */
export function drawLane(
  drawn: Drawn,
  y: number,
  lane: PlacedLane,
  cells: readonly number[],
  density: Pick<Density, 'from' | 'to' | 'width'>,
): void {
  const { context, width, colors } = drawn
  context.fillStyle = colors('line')
  context.fillRect(0, y + LANE_HEIGHT - 1, width, 1)
  for (const life of lane.lives) drawLife(drawn, y, life)
  drawCells(drawn, cells, density, { y: y + 3, height: LANE_HEIGHT - 6, hasLetters: true })
}

// A line from the birth, which is a foot, to the end, which is a foot or, if it was not as it should be, a cross.
function drawLife(drawn: Drawn, y: number, { begin, end, how }: Life): void {
  const { context, width, range, colors } = drawn
  const scale = width / (range.to - range.from)
  const [x1, x2] = [(begin - range.from) * scale, (end - range.from) * scale]
  if (x2 < -200 || x1 > width) return
  const base = y + LANE_HEIGHT - 4
  const [left, right] = [Math.max(-2, x1), Math.min(width + 2, x2)]
  context.fillStyle = colors('life')
  context.fillRect(left, base, Math.max(1, right - left), 2)
  context.fillRect(x1 - 1, y + 3, 2, LANE_HEIGHT - 6)
  if (how === '') return
  const isGood = how === 'code 0' || how === 'terminated'
  context.fillStyle = colors(isGood ? 'muted' : 'error')
  if (isGood) context.fillRect(x2 - 1, y + 3, 2, LANE_HEIGHT - 6)
  else drawCross(context, x2, y + LANE_HEIGHT / 2, colors('error'))
  context.font = '11px system-ui, sans-serif'
  context.fillText(how.slice(0, 40), x2 + 12, y + 16)
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  context.strokeStyle = color
  context.lineWidth = 2
  context.beginPath()
  context.moveTo(x - 4, y - 5)
  context.lineTo(x + 4, y + 5)
  context.moveTo(x + 4, y - 5)
  context.lineTo(x - 4, y + 5)
  context.stroke()
}

interface Band {
  readonly y: number
  readonly height: number
  readonly hasLetters: boolean
}

export function drawCells(
  { context, width, range, colors }: Drawn,
  cells: readonly number[],
  density: Pick<Density, 'from' | 'to' | 'width'>,
  { y, height, hasLetters }: Band,
): void {
  const step = (density.to - density.from) / density.width
  const scale = width / (range.to - range.from)
  const column = Math.max(1, step * scale)
  let most = 1
  for (let at = 1; at < cells.length; at += 3) most = Math.max(most, cells[at] as number)
  const full = Math.log1p(most)
  context.font = 'bold 9px system-ui, sans-serif'
  for (let at = 0; at < cells.length; at += 3) {
    const x = (density.from + (cells[at] as number) * step - range.from) * scale
    const next =
      at + 3 < cells.length
        ? ((cells[at + 3] as number) - (cells[at] as number)) * step * scale
        : 99
    if (x < -column || x > width) continue
    const { word, letter } = levelOf(cells[at + 2] as number)
    const bar = height * (HEIGHTS[word] as number)
    context.globalAlpha = 0.45 + 0.55 * (Math.log1p(cells[at + 1] as number) / full)
    context.fillStyle = colors(word)
    const isApart = hasLetters && next >= LETTER_GAP
    const w = isApart ? LETTER_GAP - 3 : Math.min(BROAD, Math.max(column, next))
    context.fillRect(x, y + height - bar, Math.max(column, w), bar)
    if (!isApart) continue
    context.globalAlpha = 1
    const isIn = bar > LETTER_HEIGHT
    if (isIn) context.fillStyle = colors('back')
    context.fillText(letter, x + 1, isIn ? y + height - 1.5 : y + height - bar - 1.5)
  }
  context.globalAlpha = 1
}
