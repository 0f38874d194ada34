// Capture: puts log4js events on the queue: a child's instead of giving them to appenders, the root's as copies.

import * as shimmer from 'shimmer'
import { notice, reasonOf } from '../../core/notice.js'
import { type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { take } from '../kit/capture/take.js'
import { disabledAppender } from './appenders.js'
import type { Clustering, Copy, Event } from './library.js'
import { toExtra, toRecord } from './record.js'

/** Patches `send`, which every event passes. Returns a function that undoes the patch. */
export function captureEvents(
  clustering: Clustering,
  copy: Copy,
  context: AdapterContext,
): () => void {
  shimmer.wrap(clustering, 'send', (original) => {
    return function send(this: unknown, event) {
      if (isRelaying()) return original.call(this, event)
      if (context.role === 'copy') {
        capture(event, context)
        return whileRelaying(() => original.call(this, event))
      }
      // In a cluster worker, log4js itself would send the event to the primary.
      const appenders = clustering.isMaster()
        ? (copy.categories?.appendersForCategory(event.categoryName) ?? [])
        : []
      const data = appenders.filter((appender) => appender !== disabledAppender)
      if (data.length === 0 || data.length < appenders.length) capture(event, context)
      if (data.length > 0) original.call(this, event)
    }
  })
  return () => shimmer.unwrap(clustering, 'send')
}

function capture(event: Event, context: AdapterContext): void {
  try {
    take(context, toRecord(event, context.relays ? toExtra(event) : undefined))
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', `a log4js record was lost: ${reasonOf(error)}`, 'log4js')
  }
}
