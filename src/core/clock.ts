// Clock: monotonic time, shared by all threads and processes of a machine, and its conversion to wall time.

import { THREE_DIGITS } from './digits.js'
import { hrtime, wallNow } from './originals.js'

/** Wall time can be stepped (NTP, a laptop that slept). A difference above this many milliseconds is followed. */
const STEP_LIMIT = 500
/** Milliseconds between two comparisons of wall and monotonic time. */
const CHECK_INTERVAL = 1000

let anchor = wallNow() - monotonic()
let checkedAt = monotonic()

/**
 * CLOCK_MONOTONIC in milliseconds: the same clock in every process, so records of all processes can be merged by it.
 */
export function monotonic(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

/**
 * The wall time of a monotonic time, in milliseconds since the epoch with three decimals. Returns text, because a
 * record's time is only ever printed and formatting a fractional number would be the slowest part of a log call.
 */
export function wallTime(time: number): string {
  const microseconds = wallMicroseconds(time)
  const milliseconds = Math.floor(microseconds / 1e3)
  return millisecondText(milliseconds) + THREE_DIGITS[microseconds - milliseconds * 1e3]
}

/** The wall time of a monotonic time, in microseconds since the epoch. */
export function wallMicroseconds(time: number): number {
  if (time - checkedAt > CHECK_INTERVAL) followSteps(time)
  return Math.round((time + anchor) * 1e3)
}

/** Milliseconds since the epoch as text, with the decimal point; keeps the last one. */
export function millisecondText(milliseconds: number): string {
  if (milliseconds !== cached) {
    cached = milliseconds
    cachedText = `${milliseconds}.`
  }
  return cachedText
}

let cached = -1
let cachedText = ''

/**
 * Wall minus monotonic time, in milliseconds. Children get it, so that all processes of the tree use the same offset.
 */
export function clockAnchor(): number {
  return anchor
}

/** Sets wall minus monotonic time, in milliseconds, as the parent measured it. */
export function setClockAnchor(milliseconds: number): void {
  anchor = milliseconds
  checkedAt = Number.NEGATIVE_INFINITY
}

function followSteps(time: number): void {
  checkedAt = time
  const actual = wallNow() - monotonic()
  if (Math.abs(actual - anchor) > STEP_LIMIT) anchor = actual
}
