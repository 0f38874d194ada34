// Record: makes our record of a call of loglevel.

import { errorAmong, type Taken } from '../kit/capture/take.js'
import { messageOf } from '../kit/capture/values.js'

/** `level` is the library's: 0 is trace, 4 is error. */
export function toRecord(name: string, level: number, args: readonly unknown[]): Taken {
  return {
    lib: 'loglevel',
    name,
    level: (level + 1) * 10,
    msg: messageOf(args),
    error: errorAmong(args),
  }
}
