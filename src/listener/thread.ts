// Thread: the main program of the listener thread, which runs from the first child on.
//
// Its loop never waits for the main thread, which the application may block for as long as it likes.

import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { clearInterval, setImmediate, setInterval, setTimeout } from '../core/originals.js'
import { Drops } from '../core/tally.js'
import { createHandlers } from '../handlers/create.js'
import type { Delivery, HandlerContext } from '../handlers/handler.js'
import { arm, isArmed, onRing } from '../queue/bell.js'
import { Alarm } from './alarm.js'
import {
  type Command,
  isCommand,
  type Notification,
  Request,
  type ThreadData,
  Word,
} from './channel.js'
import { readCheckpoint, readOtherMarks } from './checkpoint.js'
import { Ledger } from './ledger.js'
import { Listener } from './listener.js'
import { createOutbox } from './outbox.js'
import { createStatus } from './status.js'
import { type Watch, watchDirectory } from './watch.js'

/** Milliseconds in which a producer that has taken a record's time writes the record, unless its thread is stalled. */
const DRAIN_PAUSE = 1
/** Milliseconds between two checks whether a full handler has room again. */
const FULL_PAUSE = 5

const data = workerData as ThreadData
const bell = new Int32Array(data.bell)
const control = new Int32Array(data.control)
const alarm = new Alarm(wake)
const ports = new Set<MessagePort>()
/** The ports of threads that log: they get new levels. */
const threads = new Set<MessagePort>()

const { limit, policy, wait } = data.settings.overflow
const report = (record: Delivery): void => listener.report(record)
const outbox = createOutbox({ control, port: data.relay, limit, report, dropped: countDropped })
const context: HandlerContext = {
  send: (records) => outbox('relay', records),
  marks: data.directory === undefined ? [] : readCheckpoint(data.directory).marks,
  otherMarks: () => readOtherMarks(data.directory),
  isSuccessor: data.isSuccessor,
  limit,
  policy,
  wait,
  isOwnThread: true,
  dropped: countDropped,
  progressed,
}
/** Drops that main has not been notified of yet, and those that it has. */
const [drops, dropped] = [new Drops(), new Drops()]
const ledger = new Ledger()
const listener = new Listener({
  ledger,
  window: data.settings.order.window,
  wait,
  limit,
  handlers: createHandlers(data.settings, context, data.kept),
  lifecycle: data.settings.lifecycle,
  counters: data.counters,
  dropped: (tally) => drops.merge(tally),
})

let unsubscribe: (() => void) | undefined
let watched: Watch | undefined
let levels = data.levels
let soon: NodeJS.Immediate | undefined
let serving = false
let ended = false
/** Whether the bell was armed and has not been rung by a record since. */
let waits = false

for (const memory of data.rings) listener.sources.addRing(memory)
subscribe(data.isSubscribed)
if (data.directory !== undefined) watch(data.directory)
listen(data.commands)
const stopRings = onRing(bell, rung)
readPending(data.commands) // the rings of threads that log already: their first records must not be late
wake()

function wake(): void {
  if (ended) return
  alarm.clear()
  if (isRequested()) void serve()
  else pump()
}

// A thread has written the first record after a pause. All other rings are urgent: requests, and writers without room.
function rung(): void {
  const isFirst = waits && !isArmed(bell)
  if (isFirst) waits = false
  if (isFirst && !isRequested()) wakeWhenDue()
  else wake()
}

function isRequested(): boolean {
  return Atomics.load(control, Word.REQUESTED) !== Atomics.load(control, Word.DONE)
}

// Wakes after all messages that have arrived are handled: a queue they announce may hold older records.
function wakeSoon(): void {
  if (soon || serving) return
  soon = setImmediate(() => {
    soon = undefined
    wake()
  })
}

// For what has just been written, and therefore is not due yet. What no other producer can precede is due at once.
function wakeWhenDue(): void {
  const delay = listener.dueIn()
  if (delay === 0 || listener.sources.size === 1) wakeSoon()
  else if (!soon && !serving) alarm.setLatest(delay)
}

// Handles what is due, then rests until a timer fires or, if nothing is left, until the bell rings.
function pump(): void {
  let delay = listener.pump()
  progressed()
  notifyDrops()
  if (delay === Number.POSITIVE_INFINITY) {
    arm(bell)
    waits = true
    delay = listener.pump() // records written before the bell was armed
  }
  if (delay !== Number.POSITIVE_INFINITY) alarm.set(delay)
}

// Serves main's request: handles all records in the queues and flushes the handlers.
async function serve(): Promise<void> {
  if (serving) return
  serving = true
  const requested = Atomics.load(control, Word.REQUESTED)
  const alive = setInterval(progressed, 100)
  for (const port of ports) readPending(port)
  listener.sources.scan()
  listener.sources.detectEnded() // nobody has to wait for those
  const request = Atomics.load(control, Word.REQUEST)
  const due = monotonic()
  await sleep(request === Request.DRAIN ? DRAIN_PAUSE : listener.orderingDelay())
  await pumpUntil(due)
  const stop = request === Request.STOP
  if (stop) {
    listener.sources.detectEnded()
    await pumpUntil(monotonic())
    for (; listener.leftover.mayGoOn(); await pumpUntil(monotonic())) await listener.flush()
    await listener.close()
    notifyDrops()
    if (listener.hasLivingProducers()) Atomics.store(control, Word.HAS_PRODUCERS, 1)
    if (listener.leftover.remains) Atomics.store(control, Word.HAS_LEFT, 1)
    end()
  } else {
    await listener.flush()
  }
  notifyDrops()
  clearInterval(alive)
  Atomics.store(control, Word.DONE, requested)
  Atomics.notify(control, Word.DONE)
  serving = false
  if (!stop) wake()
}

// While a handler is full, the event loop runs: a slow receiver can acknowledge.
async function pumpUntil(due: number): Promise<void> {
  do {
    progressed()
    while (listener.isFull()) await sleep(FULL_PAUSE)
  } while (listener.pumpBatch(due))
  listener.pumpUntil(due)
}

// Heartbeat for the main thread.
function progressed(): void {
  Atomics.add(control, Word.PROGRESS, 1)
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

// Releases everything that keeps the thread alive or waits for a ring. `ended` blocks later wakes by live producers:
// the handlers are closed, and other code may have reused their file descriptors.
function end(): void {
  ended = true
  stopRings()
  watched?.close()
  data.relay.close()
  for (const port of ports) port.close()
}

// Listens for commands: from main, and from every thread of the root, which may start threads of its own.
function listen(port: MessagePort, closed?: () => void): void {
  ports.add(port)
  port.on('message', (message: unknown) => {
    if (isCommand(message)) execute(message)
  })
  // All its messages have been received by now. receiveMessageOnPort on a closed port would crash Node 20.
  port.on('close', () => {
    ports.delete(port)
    closed?.()
    wakeSoon()
  })
}

function readPending(port: MessagePort): void {
  for (;;) {
    const received = receiveMessageOnPort(port) as { message: unknown } | undefined
    if (!received) return
    if (isCommand(received.message)) execute(received.message)
  }
}

function execute(command: Command): void {
  switch (command.type) {
    case 'ring':
      addRing(command)
      break
    case 'watch':
      watch(command.directory)
      break
    case 'subscribe':
      subscribe(command.on)
      break
    case 'metrics':
      answerMetrics(command.port)
      return
    case 'levels':
      levels = command.version
      watched?.tell(levels)
      for (const port of threads) port.postMessage(command.text)
      break
  }
  wakeSoon()
}

// Loaded only if the application has metrics. The port closes with the answer.
function answerMetrics(port: MessagePort): void {
  const { measure } = require('./metrics.js') as typeof import('./metrics.js')
  port.postMessage(measure(listener.sources, ledger, limit))
  port.close()
}

// Main is notified too: if this thread dies, the next one gets the ring from main.
function addRing({ id, memory, port }: Command & { type: 'ring' }): void {
  notify({ type: 'ring', id, memory })
  const markEnded = listener.sources.addRing(memory, () => notify({ type: 'ended', id }))
  threads.add(port)
  listen(port, () => {
    threads.delete(port)
    markEnded()
  })
}

function notify(notification: Notification): void {
  data.relay.postMessage(notification)
}

// Another directory takes the place of one that has become unusable: open queues of that one are still read.
function watch(directory: string): void {
  listener.watch(directory)
  watched?.close()
  watched = watchDirectory(directory, listener, {
    levels: () => levels,
    census: () => JSON.stringify(createStatus(listener.sources.values(), data, dropped.read())),
    rang: wakeWhenDue,
    wake: wakeSoon,
  })
}

// Whether handlers on the main thread get every record.
function subscribe(on: boolean): void {
  unsubscribe?.()
  unsubscribe = on
    ? listener.addHandler({
        label: 'main-thread handlers',
        write: (records) => outbox('handlers', records),
      })
    : undefined
}

function countDropped(source: string, level: number, by: number): void {
  drops.add(source, level, by)
}

function notifyDrops(): void {
  if (drops.isEmpty || ended) return
  const tally = drops.read()
  dropped.merge(tally)
  notify({ type: 'dropped', tally })
  drops.clear()
}
