// Relay: writes a child's record through the root's instance of the same identity, else through the default instance.

import type { LogRecord } from '../../core/record.js'
import { relayInto } from '../kit/guard.js'
import { defaultInstance, instances } from './library.js'
import { type Extra, fromExtra } from './record.js'

/** Returns undefined if the root has no instance yet. */
export function relay(record: LogRecord, text: string | undefined): boolean | undefined {
  if (text === undefined) return false
  const { identity, ...extra } = JSON.parse(text) as Extra
  const instance = instances.find(identity) ?? defaultInstance()
  if (!instance) return undefined
  return relayInto('consola', () => instance._log(fromExtra(record, extra)))
}
