// Relay: gives a child's message to the function that writes messages in the root.

import type { LogRecord } from '../../core/record.js'
import type { Message } from '../../deferred/roarr.js'
import { relayInto } from '../kit/guard.js'
import { loaded } from './library.js'
import { toMessage } from './record.js'

/** Returns undefined if roarr is not loaded in the root, or has no function to write with. */
export function relay(record: LogRecord, extra: string | undefined): boolean | undefined {
  if (extra === undefined) return false
  if (!loaded.state?.write) return undefined
  const { pid, tid } = record
  // Either what a record from `fromMessage` lacks, or the whole message.
  const message = extra.startsWith('[') ? toMessage(record, extra) : (JSON.parse(extra) as Message)
  // roarr counts messages from 0 in each thread. With the thread in front, the count stays unique.
  const sequence = `${pid}.${tid}.${message.sequence}`
  return relayInto('roarr', () => loaded.state?.write?.(JSON.stringify({ ...message, sequence })))
}
