// Error: lines of an error: class, message, stack, all other properties, causes and aggregated errors.

import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { process } from '../../core/originals.js'
import { printable } from '../../core/printable.js'
import type { Paint } from './palette.js'

const INDENT = '    '

export interface ErrorRecord {
  readonly type: string
  readonly message: string
  readonly stack?: string
  readonly code?: unknown
  readonly cause?: unknown
  readonly errors?: unknown
}

export function isErrorRecord(value: unknown): value is ErrorRecord {
  if (typeof value !== 'object' || value === null) return false
  const { type, message } = value as Partial<ErrorRecord>
  return typeof type === 'string' && typeof message === 'string'
}

export interface ErrorStyle {
  readonly paint: Paint
  /** A property's value as text on one line. */
  readonly show: (value: unknown) => string
  /** Whether paths are shown relative to the current directory. */
  readonly isShort: boolean
}

/** `label` stands before the first line. `above`: the frames of the error that this one belongs to. */
export function describeError(
  label: string,
  error: ErrorRecord,
  style: ErrorStyle,
  depth = 1,
  above: readonly string[] = [],
): string[] {
  const { type, message, stack, cause, errors, ...others } = error
  const [first = '', ...frames] = String(stack ?? `${type}: ${message}`).split(/\r?\n/)
  const outer = INDENT.repeat(depth)
  const inner = INDENT.repeat(depth + 1)
  const lines = [
    `${outer}${label}${style.paint('red', printable(first))}`,
    ...withoutShared(frames, above).map((line) => inner + showFrame(line, style)),
  ]
  const describe = (name: string, each: ErrorRecord): string[] =>
    describeError(name, each, style, depth + 1, frames)
  const properties = Object.entries(others)
    .filter(([, value]) => value !== undefined && !isErrorRecord(value))
    .map(([key, value]) => `${style.paint('gray', `${printable(key)}=`)}${style.show(value)}`)
  if (properties.length > 0) lines.push(inner + properties.join(' '))
  for (const [key, value] of Object.entries(others))
    if (isErrorRecord(value)) lines.push(...describe(`${printable(key)}: `, value))
  if (isErrorRecord(cause)) lines.push(...describe('caused by: ', cause))
  else if (cause !== undefined) lines.push(`${inner}caused by: ${style.show(cause)}`)
  for (const each of Array.isArray(errors) ? errors : [])
    if (isErrorRecord(each)) lines.push(...describe('- ', each))
  return lines
}

// A cause was mostly made below the same calls as the error that has it.
function withoutShared(frames: readonly string[], above: readonly string[]): readonly string[] {
  let shared = 0
  while (shared < frames.length && frames.at(-1 - shared) === above.at(-1 - shared)) shared++
  if (shared < 2) return frames
  return [...frames.slice(0, -shared), `at … ${shared} frames as above`]
}

const FRAME = /^\s*at /
const LIBRARY = /node_modules[\\/]|\(?node:|\bat native |<anonymous>\)?$|\bat … /

// Frames of the application stand out from those of libraries and Node.
function showFrame(line: string, { paint, isShort }: ErrorStyle): string {
  if (!FRAME.test(line)) return printable(line)
  const frame = line.trimStart()
  const shown = printable(isShort ? shorten(frame) : frame)
  return LIBRARY.test(line) ? paint('gray', shown) : shown
}

function shorten(line: string): string {
  const here = process.cwd() + sep
  return line.replace(/file:\/\/[^\s)]+?(?=:\d)/, toPath).replace(here, '')
}

function toPath(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}
