// Guard: runs library code for one record and turns exceptions into warnings.

import { notice, reasonOf } from '../../core/notice.js'
import { whileRelaying } from './adapter.js'

/**
 * Runs `act`, which passes a child's record to the root's logger. Always returns true: the logger has got the record, even
 * if writing it failed.
 */
export function relayInto(lib: string, act: () => void): true {
  try {
    whileRelaying(act)
  } catch (error) {
    const reason = `${lib} in the root could not write a record: ${reasonOf(error)}`
    notice('LOGSHARE_WARN_HANDLER', reason, lib)
  }
  return true
}

/** Runs `act`, which captures a record. Returns false if it threw; the library then has to write the record itself. */
export function tryCapture(lib: string, act: () => void): boolean {
  try {
    act()
    return true
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', `cannot capture records of ${lib}: ${reasonOf(error)}`, lib)
    return false
  }
}
