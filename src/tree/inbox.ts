// Inbox: takes lines from the listener on the root's main thread, for the relay and for handlers of the application.

import { fulfil } from '../adapters/table.js'
import { notice, reasonOf } from '../core/notice.js'
import { isWish, type Wish } from '../core/wish.js'
import { parseLine } from '../handlers/lines.js'
import type { LineBatch } from '../listener/channel.js'
import { isThenable } from './each.js'
import type { Print } from './fallback.js'
import type { RecordHandler } from './instance.js'
import { Pending } from './pending.js'

/** Takes one batch of lines. `failed` is called for each handler of the application that throws or rejects. */
export function takeLines(
  handlers: ReadonlySet<RecordHandler>,
  purpose: LineBatch['purpose'],
  lines: readonly string[],
  failed?: () => void,
): void {
  if (purpose === 'relay') {
    for (const line of lines) guard('relay', () => relay(line))
    return
  }
  const records = lines.map((line) => parseLine(line))
  for (const handler of handlers) guard('of the application', () => handler.write(records), failed)
}

/** Relays pending records whose logger exists by now. Never throws. */
export function retryPending(): void {
  guard('relay', () => pending.retry())
}

/** Relays pending records whose logger exists by now and prints the others. Never throws. */
export function endPending(): void {
  guard('relay', () => pending.end())
}

/** Flushes a handler of the application. Its failure becomes a warning. */
export async function flushHandler(handler: RecordHandler): Promise<void> {
  try {
    await handler.flush?.()
  } catch (error) {
    warn('of the application', error)
  }
}

// The part after the line feed, if any, is what the adapter stored beside the record.
function relay(text: string): void {
  if (isWish(text)) {
    fulfil(JSON.parse(text) as Wish)
    return
  }
  const end = text.indexOf('\n')
  const line = end < 0 ? text : text.slice(0, end)
  pending.relay(line, parseLine(line), end < 0 ? undefined : text.slice(end + 1))
}

const pending = new Pending((line, record, extra) => {
  print ??= (require('./fallback.js') as typeof import('./fallback.js')).createFallback()
  print(line, record, extra)
})

let print: Print | undefined

function guard(name: string, act: () => unknown, failed?: () => void): void {
  const fail = (error: unknown): void => {
    failed?.()
    warn(name, error)
  }
  try {
    const result = act()
    if (isThenable(result)) Promise.resolve(result).catch(fail)
  } catch (error) {
    fail(error)
  }
}

function warn(name: string, error: unknown): void {
  notice('LOGSHARE_WARN_HANDLER', `handler ${name} failed: ${reasonOf(error)}`)
}
