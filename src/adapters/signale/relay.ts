// Relay: writes a child's record through the root's logger of the same identity, else through the root's first logger.

import type { LogRecord } from '../../core/record.js'
import { unpackArgs } from '../kit/capture/values.js'
import { relayInto } from '../kit/guard.js'
import { instances, listOf, type Signale } from './library.js'
import type { Extra } from './record.js'

/**
 * Calls the steps of `_logger` except the level check: the child has checked the level already. The format shows the
 * time and the file of the child's call. Returns undefined if the root has no logger yet.
 */
export function relay({ time }: LogRecord, given: string | undefined): boolean | undefined {
  if (given === undefined) return false
  const { identity, type = 'log', file, args, text } = JSON.parse(given) as Extra
  const instance = instances.find(identity) ?? first()
  if (!instance) return undefined
  const date = new Date(time)
  const shown: Signale = Object.create(instance, {
    date: { value: date.toLocaleDateString() },
    timestamp: { value: date.toLocaleTimeString() },
    filename: { value: file ?? '' },
  })
  return relayInto('signale', () => {
    const known = instance._types[type] ?? instance._types.log ?? {}
    const line = text ?? instance._filterSecrets(shown._buildSignale(known, ...unpackArgs(args)))
    for (const stream of listOf(known.stream ?? instance._stream)) instance._write(stream, line)
  })
}

function first(): Signale | undefined {
  for (const instance of instances) return instance
  return undefined
}
