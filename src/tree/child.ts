// A child: a thread or process beneath the root, whose records go into a queue and nowhere else.

import { randomUUID } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { isMainThread, threadId } from 'node:worker_threads'
import type { Settings } from '../config/options.js'
import { setClockAnchor } from '../core/clock.js'
import { takeLock } from '../core/lock.js'
import { notice, reasonOf } from '../core/notice.js'
import { startOf } from '../core/process.js'
import { createRedact } from '../core/redact.js'
import type { Command } from '../listener/channel.js'
import { Registry } from '../logger/registry.js'
import type { Doorbell } from '../queue/doorbell.js'
import { QueueHandler } from '../queue/handler.js'
import type { QueueWriter } from '../queue/queue.js'
import { createRing, RingWriter } from '../queue/ring.js'
import { endPath } from '../queue/segment.js'
import { FileWriter } from '../queue/writer.js'
import {
  createNames,
  type Inheritance,
  NOWHERE,
  type Parent,
  type Place,
} from '../spawn/inherit.js'
import { onExit } from './exit.js'
import { type Follower, lookAgain } from './follow.js'
import type { Instance } from './instance.js'

export function createChild(place: Place, follower: Follower): Instance {
  const { source, inheritance, queue: given } = place
  setClockAnchor(inheritance.anchor)
  const origin = { pid: process.pid, tid: threadId, source }
  const writer = createWriter(given, inheritance, follower, JSON.stringify(origin))
  const queue = new QueueHandler(origin, writer)
  queue.overflowed = () => onExit(() => queue.report())
  queue.made = follower.look
  const registry = new Registry(queue, undefined, createRedact(inheritance.settings.redact))
  registry.setLevels(inheritance.own)
  follower.attach(registry)
  return {
    registry,
    parent: createParent(place, registry, follower),
    // What a call has put into the queue is as safe as it will be.
    flush: () => Promise.resolve(),
    reopen: () => Promise.resolve(),
    stats: () => ({ source, made: queue.records, dropped: queue.dropped }),
    addHandler: () => () => {},
  }
}

function createWriter(
  queue: Place['queue'],
  { settings, isCollector }: Inheritance,
  { line }: Follower,
  hello: string,
): QueueWriter {
  if (queue.type === 'ring')
    return new RingWriter(queue.memory, settings.overflow, new Int32Array(queue.bell))
  const { directory } = queue
  const { producer, bell } = line as NonNullable<typeof line>
  if (!isCollector) bell.lost = succession({ directory, producer, settings, bell })
  const wrote = (time: number): void => bell.ring(time)
  return new FileWriter({ directory, producer, hello, wrote, policy: settings.overflow })
}

interface Succession {
  readonly directory: string
  readonly producer: string
  readonly settings: Settings
  readonly bell: Doorbell
}

// What happens when nobody is there to ring for: a process whose lock it becomes goes on as the listener, the others look
// for it, and the last to end leaves nothing unwritten. Threads leave that to their process and only look.
function succession({ directory, producer, settings, bell }: Succession): () => void {
  let succeeded = false
  const root = (): typeof import('./root.js') => require('./root.js')
  // Whoever ends when there is no listener leaves nothing unwritten. A listener that ends at the same moment looks, after
  // it has dropped the lock, for the sign that we have: one of the two gets it.
  const end = (): void => {
    if (succeeded || !existsSync(directory)) return
    sign(endPath(directory, producer))
    if (takeLock(directory)) guard(() => root().finish(directory, settings))
  }
  if (isMainThread) onExit(end)
  return lookAgain(directory, bell, () => {
    if (succeeded) return true
    if (!isMainThread || !takeLock(directory)) return false
    succeeded = true
    guard(() => root().succeed(directory, settings))
    return true
  })
}

// In a log call, or at the end: nothing is thrown into the application. What is not written is left to be recovered.
function guard(act: () => void): void {
  try {
    act()
  } catch (error) {
    notice('LOGSHARE_WARN_LISTENER', `nobody writes the log: ${reasonOf(error)}`)
  }
}

function sign(path: string): void {
  try {
    writeFileSync(path, startOf(process.pid), { mode: 0o600 })
  } catch {
    // Then whoever looks takes us for alive, and leaves the rest to be recovered.
  }
}

// Grandchildren log through files: those are found by any listener, also by one that starts after the thread that was
// told of the ring has died. Only without a runtime directory a thread of the root's threads gets a ring.
function createParent(place: Place, registry: Registry, follower: Follower): Parent {
  const { source, inheritance, capture, queue } = place
  const direct = {
    ...(place.isDirect && { isDirect: true }),
    ...(place.joined && { joined: place.joined }),
  }
  const name = createNames(source)
  const current = (): Inheritance => {
    return { ...inheritance, ...follower.latest, own: registry.ownLevels() }
  }
  return {
    forWorker(asked) {
      const narrowed = {
        stdout: asked.stdout && capture.stdout,
        stderr: asked.stderr && capture.stderr,
      }
      return {
        source: name('worker'),
        inheritance: current(),
        capture: narrowed,
        ...direct,
        queue: createQueue(queue),
      }
    },
    forProcess(kind) {
      const child = name(kind)
      return { directory: queue.directory ?? NOWHERE, source: child, ...direct }
    },
    started() {},
    ended() {},
  }
}

function createQueue(parent: Place['queue']): Place['queue'] {
  const { directory } = parent
  if (directory !== undefined) return { type: 'file', directory }
  return parent.type === 'ring' ? announceRing(parent) : parent
}

function announceRing(parent: Place['queue'] & { type: 'ring' }): Place['queue'] {
  const { MessageChannel } = require('node:worker_threads') as typeof import('node:worker_threads')
  const memory = createRing()
  const { port1, port2 } = new MessageChannel()
  parent.port.postMessage(
    { type: 'ring', id: randomUUID(), memory, port: port1 } satisfies Command,
    [port1],
  )
  return { ...parent, memory, port: port2 }
}
