// Words: levels, times and numbers as people read them, and texts of logs without characters that deceive.

export interface Level {
  readonly number: number
  readonly word: string
  readonly letter: string
}

export const LEVELS: readonly Level[] = [
  { number: 10, word: 'trace', letter: 'T' },
  { number: 20, word: 'debug', letter: 'D' },
  { number: 30, word: 'info', letter: 'I' },
  { number: 40, word: 'warn', letter: 'W' },
  { number: 50, word: 'error', letter: 'E' },
  { number: 60, word: 'fatal', letter: 'F' },
]
const UNKNOWN: Level = { number: 0, word: 'none', letter: '·' }

/** The level at or below a number. */
export function levelOf(number: number): Level {
  return LEVELS.findLast((level) => level.number <= number) ?? UNKNOWN
}

const two = (number: number): string => String(number).padStart(2, '0')

export function timeText(time: number, digits = 3): string {
  if (!Number.isFinite(time) || time < -8e15) return '–'
  const date = new Date(time)
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  const fraction = String(Math.floor(((time % 1000) + 1000) % 1000)).padStart(3, '0')
  return digits === 0 ? clock : `${clock}.${fraction.slice(0, digits)}`
}

export function dateText(time: number): string {
  const date = new Date(time)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

export function spanText(ms: number): string {
  if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`
  if (ms < 1000) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
  if (ms < 120_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
  if (ms < 7_200_000) return `${(ms / 60_000).toFixed(0)} min`
  return ms < 172_800_000 ? `${(ms / 3_600_000).toFixed(1)} h` : `${(ms / 86_400_000).toFixed(1)} d`
}

export function countText(count: number): string {
  return count.toLocaleString('en')
}

const HIDDEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
const KEPT = new Set(['\n', '\t', '\u200d'])

/** Control characters and those that turn the direction of text, as their numbers. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => {
    const number = (char.codePointAt(0) as number).toString(16)
    return KEPT.has(char) ? char : `\\u${number.padStart(4, '0')}`
  })
}

/** On one line. */
export function oneLine(text: string): string {
  return visible(text.replace(/[\r\n\t]+/g, ' '))
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000]
const LONG_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map(
  (minutes) => minutes * 60_000,
)

/** Times for the axis, about `most` of them, with what is written there. */
export function ticksOf(from: number, to: number, most: number): { time: number; text: string }[] {
  const steps = [...STEPS, ...LONG_STEPS]
  const step = steps.find((each) => (to - from) / each <= most) ?? (to - from) / most
  const shift = new Date(from).getTimezoneOffset() * 60_000
  const first = Math.ceil((from - shift) / step) * step + shift
  const ticks: { time: number; text: string }[] = []
  for (let time = first; time <= to; time += step) {
    const isMidnight = timeText(time) === '00:00:00.000'
    const text = isMidnight && step >= 60_000 ? dateText(time) : timeText(time, step < 1000 ? 3 : 0)
    ticks.push({ time, text })
  }
  return ticks
}
