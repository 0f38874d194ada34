// Palette: the colours of levels, producers and parts of a line, by the 16 colours that terminals let people choose.

import * as util from 'node:util'
import { process } from '../../core/originals.js'

export type Style = Parameters<typeof util.styleText>[0]
export type Paint = (style: Style, text: string) => string

const LEVELS: Readonly<Record<string, Style>> = {
  trace: 'gray',
  debug: 'cyan',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: ['bold', 'red'],
}

/** What is yellow on a dark terminal is magenta on a light one. */
const YELLOW = '\u001b[33m'
const MAGENTA = '\u001b[35m'

/** Red is left to errors. */
const DARK: readonly Style[] = [
  'cyan',
  'magenta',
  'blueBright',
  'yellow',
  'green',
  'cyanBright',
  'magentaBright',
  'greenBright',
]
/** Yellow and bright colours are hard to read on white. */
const LIGHT: readonly Style[] = [
  'blue',
  'magenta',
  'cyan',
  'green',
  ['bold', 'blue'],
  ['bold', 'magenta'],
]

/** Whether to use colours was decided before: styleText must not check this thread's stdout. */
export function createPaint(colors: boolean): Paint {
  if (!colors || typeof util.styleText !== 'function') return (_style, text) => text
  return (style, text) => util.styleText(style, text, { validateStream: false })
}

export function levelStyle(level: string): Style {
  const style = LEVELS[level] ?? 'red'
  return style === 'yellow' && isLight() ? 'magenta' : style
}

/** What util.inspect has coloured, so that it can be read on this terminal. */
export function readable(text: string): string {
  return text.includes(YELLOW) && isLight() ? text.replaceAll(YELLOW, MAGENTA) : text
}

/** The colour of a producer, the same in every run. */
export function sourceStyle(source: string): Style {
  const styles = isLight() ? LIGHT : DARK
  let sum = 0
  for (let i = 0; i < source.length; i++) sum = (sum * 31 + source.charCodeAt(i)) >>> 0
  return styles[sum % styles.length] ?? 'cyan'
}

// What rxvt, Konsole and others tell: "foreground;background", where 7 and 9 to 15 are light.
function isLight(): boolean {
  const background = Number(/;(\d+)$/.exec(process.env.COLORFGBG ?? '')?.[1] ?? 0)
  return background === 7 || background >= 9
}
