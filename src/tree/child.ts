// Child: the instance of a thread or process below the root, whose records go into a queue and nowhere else.

import { isMainThread, threadId } from 'node:worker_threads'
import { monotonic, setClockAnchor } from '../core/clock.js'
import { contextForChild, inheritContext, setFields } from '../core/context.js'
import { levels } from '../core/levels.js'
import { process, setTimeout } from '../core/originals.js'
import { createRedact } from '../core/redact.js'
import { uniqueHex } from '../core/unique.js'
import type { Command } from '../listener/channel.js'
import { Registry } from '../logger/registry.js'
import { ringInterval } from '../queue/doorbell.js'
import { createPass, openGate } from '../queue/gate.js'
import { QueueHandler } from '../queue/handler.js'
import type { QueueWriter } from '../queue/queue.js'
import { createRing, RingWriter } from '../queue/ring.js'
import { FileWriter } from '../queue/writer.js'
import {
  createNames,
  type Inheritance,
  NOWHERE,
  type Parent,
  type Place,
  readsPrograms,
} from '../spawn/inherit.js'
import { drainWorkers, endPrograms, expectLiving } from '../spawn/living.js'
import { onExit } from './exit.js'
import type { Follower } from './follower.js'
import type { Instance } from './instance.js'
import { createTakeover } from './takeover.js'
import { TerminalWriter } from './terminal.js'

/** `place` is this child's place in the tree; `follower` receives the root's levels. */
export function createChild(place: Place, follower: Follower): Instance {
  const { source, inheritance } = place
  setClockAnchor(inheritance.anchor)
  if (place.context) inheritContext(place.context)
  const origin = { pid: process.pid, tid: threadId, source }
  const writer = createWriter(place, follower, JSON.stringify(origin))
  const isPrinted = place.capture.stdout || place.isTest === true
  const prints = inheritance.settings.handlers.length === 0 && isPrinted
  const isRead = (): boolean => levels.hasReaders
  const { lifecycle } = inheritance.settings
  const printed = prints ? new TerminalWriter(writer, isRead, lifecycle) : writer
  const queue = new QueueHandler(origin, printed)
  queue.overflowed = () => onExit(() => queue.report())
  queue.made = follower.check
  if (place.gate) passGate(queue, place.gate, follower)
  const redact = createRedact(inheritance.settings.redact)
  setFields(inheritance.settings.fields, redact)
  const registry = new Registry(queue, undefined, redact)
  registry.setLevels(inheritance.own)
  follower.attach(registry)
  if (place.birth) lifecycleOf().announce(registry, place.birth)
  return {
    registry,
    parent: createParent(place, registry, follower, () => {
      if (writer instanceof FileWriter) writer.begin()
    }),
    // A record is in the queue when its log call returns, and survives this child from there.
    flush: () => Promise.resolve(),
    reopen: () => reopenIn(place.queue.directory),
    stats: () => ({ source, made: queue.records, dropped: queue.dropped }),
    addHandler: () => () => {},
  }
}

function passGate(queue: QueueHandler, gate: SharedArrayBuffer, follower: Follower): void {
  const pass = createPass(gate, (refusing) => queue.redirect(refusing))
  queue.made = (time) => {
    follower.check(time)
    pass()
  }
}

/** Longest time (ms) to wait for the listener, and between two looks. */
const REOPEN_LIMIT = 10_000
const REOPEN_INTERVAL = 20

// Asks the listener, as `logshare reopen` does: the log files are the root's.
async function reopenIn(directory: string | undefined): Promise<void> {
  if (directory === undefined) return
  const { isReopenRequested, requestReopen } =
    require('../listener/reopen.js') as typeof import('../listener/reopen.js')
  try {
    requestReopen(directory)
  } catch {
    return // the directory is gone, and so is the listener
  }
  const until = monotonic() + REOPEN_LIMIT
  while (isReopenRequested(directory) && monotonic() < until)
    await new Promise((done) => later(done, REOPEN_INTERVAL))
}

function createWriter(
  { queue, inheritance, digest, maps }: Place,
  { doorbell }: Follower,
  hello: string,
): QueueWriter {
  const { settings, isCollector } = inheritance
  if (queue.type === 'ring')
    return new RingWriter(queue.memory, settings.overflow, new Int32Array(queue.bell))
  const { directory } = queue
  const { producer, bell, read } = doorbell as NonNullable<typeof doorbell>
  if (!isCollector) {
    const takeOver = createTakeover({ directory, producer, settings, digest, bell })
    bell.lost = () => {
      read()
      takeOver()
    }
  }
  const { overflow: policy, order } = settings
  bell.interval = ringInterval(order.window)
  const wrote = (time: number): void => bell.ring(time)
  return new FileWriter({ directory, producer, hello, wrote, policy, maps, window: order.window })
}

// Grandchildren log through queue files: every listener finds those, even one that starts after the listener thread
// died. Only without a runtime directory does a thread of a root's thread get a ring.
//
// `begin` makes this child known before its first record: a daemon that only starts others may outlive its root, whose
// directory is its children's.
function createParent(
  place: Place,
  registry: Registry,
  follower: Follower,
  begin: () => void,
): Parent {
  const { source, inheritance, capture, queue } = place
  const direct = {
    ...(place.isDirect && { isDirect: true }),
    ...(place.joined && { joined: place.joined }),
    ...(place.digest && { digest: place.digest }),
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
        context: contextForChild(),
        gate: place.gate ?? openGate(),
        maps: isMainThread ? mapsOf().openMaps() : undefined,
        queue: createQueue(queue),
      }
    },
    forProcess(kind) {
      const child = name(kind)
      const context = contextForChild()
      begin()
      return {
        directory: queue.directory ?? NOWHERE,
        source: child,
        ...direct,
        ...(context && { context }),
      }
    },
    forPrograms() {
      const { settings, stdio } = inheritance
      const { directory } = queue
      if (!directory || !readsPrograms(settings, levels.hasReaders)) return undefined
      const { joined, digest } = place
      return { directory, source: `${source}/programs`, stdio, joined, digest, name }
    },
    started: drainAtExit,
    ended(thread) {
      if (thread !== undefined) mapsOf().unmapLeft(thread)
    },
    ...(inheritance.settings.lifecycle && { report: (end) => lifecycleOf().report(registry, end) }),
  }
}

function mapsOf(): typeof import('../queue/maps.js') {
  return require('../queue/maps.js') as typeof import('../queue/maps.js')
}

function lifecycleOf(): typeof import('./lifecycle.js') {
  return require('./lifecycle.js') as typeof import('./lifecycle.js')
}

// Captured at load: test frameworks replace it with a fake timer.
const later = setTimeout

let drainsAtExit = false

// A worker of this child prints through this child's streams: what it has printed last is read before this child exits.
// The helper that reads its programs ends with it. Its processes may outlive it.
function drainAtExit(): void {
  if (drainsAtExit) return
  drainsAtExit = true
  const end = (): void => {
    endPrograms()
    expectLiving()
  }
  onExit(end, { before: drainWorkers })
}

function createQueue(parent: Place['queue']): Place['queue'] {
  const { directory } = parent
  if (directory !== undefined) return { type: 'file', directory }
  return parent.type === 'ring' ? createSiblingRing(parent) : parent
}

// Sends the new ring to the listener thread, over the parent's own port.
function createSiblingRing(parent: Place['queue'] & { type: 'ring' }): Place['queue'] {
  const { MessageChannel } = require('node:worker_threads') as typeof import('node:worker_threads')
  const memory = createRing()
  const { port1, port2 } = new MessageChannel()
  parent.port.postMessage(
    { type: 'ring', id: uniqueHex() + uniqueHex(), memory, port: port1 } satisfies Command,
    [port1],
  )
  return { ...parent, memory, port: port2 }
}
