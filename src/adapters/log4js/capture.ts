// Capture: makes records of log4js events, and leaves a child's events to the root where it has their category.

import cluster from 'node:cluster'
import * as shimmer from 'shimmer'
import { notice, reasonOf } from '../../core/notice.js'
import { process } from '../../core/originals.js'
import { type AdapterContext, isRead, isRelaying, whileRelaying } from '../kit/adapter.js'
import { canDefer, shownArgs, take, takeDeferred } from '../kit/capture/take.js'
import { Leads } from '../kit/leads.js'
import { leads, selectAppenders } from './appenders.js'
import { formatFor } from './layouts.js'
import { type LevelFollower, levelOf } from './levels.js'
import type { Clustering, Copy, Event } from './library.js'
import { type Packed, toExtra, toRecord } from './record.js'

/** Patches `send`, which every event passes, for the role `take` or `copy`. Returns a function that undoes the patch. */
export function captureEvents(
  clustering: Clustering,
  copy: Copy,
  context: AdapterContext,
  follower: LevelFollower,
): () => void {
  const isChild = context.role === 'take'
  shimmer.wrap(clustering, 'send', (original) => {
    return function send(this: unknown, event) {
      if (isRelaying()) return original.call(this, event)
      const { categoryName } = event
      // Events of a cluster's worker are for the primary's appenders, all of them.
      const isMaster = clustering.isMaster()
      const lead = !isMaster
        ? Leads.OTHER
        : isChild
          ? follower.leadOf(categoryName)
          : leadsOf(copy, categoryName)
      if (lead === Leads.DATA) return original.call(this, event)
      const isSilent = isChild && follower.isSilent(categoryName)
      const isRelayed =
        isChild &&
        (isMaster
          ? (isSilent || (lead & Leads.OTHER) !== 0) && follower.isInRoot(categoryName)
          : follower.isRootConfigured)
      if (isRelayed && isMaster) capture(event, context, toExtraFor(copy, event))
      else if (isRelayed) capture(asWorker(event), context, () => toExtra(event, true))
      else if (isRead(context)) capture(event, context)
      else if (!isSilent) return original.call(this, event)
      if (isSilent || (isRelayed && !isMaster)) return
      const write = (): void => original.call(this, event)
      whileRelaying(isRelayed ? () => selectAppenders('own', write) : write)
    }
  })
  return () => shimmer.unwrap(clustering, 'send')
}

function leadsOf({ categories }: Copy, category: string): number {
  let all = 0
  for (const appender of categories?.appendersForCategory(category) ?? [])
    all |= leads.get(appender)?.alone ?? Leads.OWN
  return all
}

// What log4js adds to the event that it sends to the primary.
function asWorker(event: Event): Event {
  const { worker } = cluster
  if (worker) event.cluster ??= { workerId: worker.id, worker: process.pid }
  return event
}

// Layouts of a cluster's primary format the events of its workers without logshare, too.
function toExtraFor(copy: Copy, event: Event): () => Packed {
  return () => toExtra(event, false, formatFor(copy, event))
}

/** `extra`: makes what the root needs to write the event; absent for a copy. */
function capture(event: Event, context: AdapterContext, extra?: () => Packed): void {
  try {
    const packed = extra?.()
    if (packed && defer(event, packed, context)) return
    take(context, toRecord(shownEvent(event, context), packed?.text), packed ? 'take' : 'copy')
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', `a log4js record was lost: ${reasonOf(error)}`, 'log4js')
  }
}

function defer(event: Event, { text, isPlain }: Packed, context: AdapterContext): boolean {
  if (!isPlain || !canDefer(context)) return false
  return takeDeferred(context, 'log4js', String(event.categoryName), levelOf(event.level), text)
}

function shownEvent(event: Event, context: AdapterContext): Event {
  const data = shownArgs(context, event.data)
  if (data === event.data) return event
  const at = event.data.indexOf(event.error)
  const error = at < 0 ? event.error : data[at]
  return Object.create(event, { data: { value: data }, error: { value: error } }) as Event
}
