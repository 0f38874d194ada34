// Giving: a library's code is run around a record, and whatever it throws stays here.

import { notice, reasonOf } from '../../core/notice.js'
import { whileRelaying } from './adapter.js'

/** Gives a child's record to the root's logger; always true, for it has been given although writing it may have failed. */
export function relayInto(lib: string, act: () => void): true {
  try {
    whileRelaying(act)
  } catch (error) {
    const reason = `${lib} in the root could not write a record: ${reasonOf(error)}`
    notice('LOGSHARE_WARN_HANDLER', reason, lib)
  }
  return true
}

/** Takes a record; false if that failed, and the library is to do what it does without us. */
export function tryCapture(lib: string, act: () => void): boolean {
  try {
    act()
    return true
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', `cannot take records of ${lib}: ${reasonOf(error)}`, lib)
    return false
  }
}
