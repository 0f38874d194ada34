// Beginning: the first part of a producer's lines, `{"level":…,"time":…,"pid":…,"tid":…,"source":…,"seq":…`.
//
// Most of it is the same in record after record and kept: what comes before the microseconds for each level as long as the
// millisecond lasts, what comes between them and the count's last three digits for a thousand records. Each text that is
// kept is made by `join`, in one piece: V8 keeps what `+` makes as a tree of its parts, which would be walked for each record.

import { millisecondText, wallMicroseconds } from './clock.js'
import { THREE_DIGITS } from './digits.js'
import { Draft } from './draft.js'
import type { Origin } from './record.js'
import { encodeString } from './text.js'

/** The text before the microseconds of a level. */
interface Start {
  /** Of which millisecond. */
  readonly at: number
  readonly text: string
}

export class Beginning {
  readonly #origin: string
  /** By level number. */
  readonly #starts: Start[] = []
  #thousands = -1
  #middle = ''

  constructor({ pid, tid, source }: Origin) {
    this.#origin = `,"pid":${pid},"tid":${tid},"source":${encodeString(source)},"seq":`
  }

  /** `time`: monotonic, in milliseconds. `seq`: the count of the record, from 0, usually growing by one. */
  read(level: number, time: number, seq: number): string {
    const microseconds = wallMicroseconds(time)
    const milliseconds = Math.floor(microseconds / 1e3)
    let start = this.#starts[level]
    if (start?.at !== milliseconds) {
      start = { at: milliseconds, text: startOf(level, milliseconds) }
      this.#starts[level] = start
    }
    const thousands = Math.floor(seq / 1e3)
    if (thousands !== this.#thousands) this.#count(thousands)
    const rest = seq - thousands * 1e3
    const digits = thousands === 0 ? String(rest) : THREE_DIGITS[rest]
    return start.text + THREE_DIGITS[microseconds - milliseconds * 1e3] + this.#middle + digits
  }

  /** A draft of lines of this level. `behind`: what follows the count in each of them. */
  draft(level: number, behind: string): Draft {
    return new Draft(`{"level":${level},"time":`, this.#origin, behind)
  }

  #count(thousands: number): void {
    this.#thousands = thousands
    this.#middle = [this.#origin, thousands === 0 ? '' : thousands].join('')
  }
}

function startOf(level: number, milliseconds: number): string {
  return ['{"level":', level, ',"time":', millisecondText(milliseconds)].join('')
}
