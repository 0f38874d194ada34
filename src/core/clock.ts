// The clock: one monotonic time for all threads and processes of a machine, and the wall time it stands for.

import { THREE_DIGITS } from './digits.js'

const hrtime = process.hrtime
const wallNow = Date.now

/** Wall time may be stepped (NTP, a laptop that slept); beyond this many milliseconds we follow it. */
const STEP_LIMIT = 500
/** How often, in milliseconds, wall and monotonic time are compared. */
const CHECK_INTERVAL = 1000

let anchor = wallNow() - monotonic()
let checkedAt = monotonic()

/** Milliseconds of CLOCK_MONOTONIC: the same clock in every process, so records can be merged by it. */
export function monotonic(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

/**
 * The wall time of a monotonic time, in milliseconds since the epoch with three decimals, as text: a record's time is
 * only ever printed, and printing a fraction from the number is what would take longest in a log call.
 */
export function wallTime(time: number): string {
  if (time - checkedAt > CHECK_INTERVAL) followSteps(time)
  const microseconds = Math.round((time + anchor) * 1e3)
  const milliseconds = Math.floor(microseconds / 1e3)
  if (milliseconds !== printed) {
    printed = milliseconds
    printedText = `${milliseconds}.`
  }
  return printedText + THREE_DIGITS[microseconds - milliseconds * 1e3]
}

let printed = -1
let printedText = ''

/** Wall minus monotonic; handed to children so that the whole tree prints one time line. */
export function clockAnchor(): number {
  return anchor
}

export function setClockAnchor(milliseconds: number): void {
  anchor = milliseconds
  checkedAt = Number.NEGATIVE_INFINITY
}

function followSteps(time: number): void {
  checkedAt = time
  const actual = wallNow() - monotonic()
  if (Math.abs(actual - anchor) > STEP_LIMIT) anchor = actual
}
