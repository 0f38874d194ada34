// The listener's thread: what runs there from the first child on. Its loop never depends on the main thread.

import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { Drops } from '../core/tally.js'
import { createHandlers } from '../handlers/create.js'
import type { Delivery, HandlerContext } from '../handlers/handler.js'
import { arm, onRing } from '../queue/bell.js'
import { type DoorbellEvents, type OpenDoorbell, openDoorbell } from '../queue/doorbell.js'
import { takeCensus } from './census.js'
import { Ask, type Command, isCommand, type News, type ThreadData, Word } from './channel.js'
import { Listener } from './listener.js'
import { createOutbox } from './outbox.js'
import { readOtherMarks, readState } from './state.js'

/** Milliseconds between two looks into the runtime directory for producers that cannot ring. */
const SCAN_INTERVAL = 250
const MUTE_INTERVAL = 10
/** Milliseconds in which a record whose time is taken gets into its queue, if its thread is not stalled. */
const BARRIER_PAUSE = 1
/** Milliseconds between two looks whether a handler has room again. */
const FULL_PAUSE = 5

const data = workerData as ThreadData
const bell = new Int32Array(data.bell)
const control = new Int32Array(data.control)
const ports = new Set<MessagePort>()
/** Those of threads that log. */
const threads = new Set<MessagePort>()

const { limit, policy, wait } = data.settings.overflow
const outbox = createOutbox({ control, port: data.relay, limit, announce, dropped: count })
const context: HandlerContext = {
  send: (records) => outbox('relay', records),
  marks: data.directory === undefined ? [] : readState(data.directory).marks,
  otherMarks: () => readOtherMarks(data.directory),
  isSuccessor: data.isSuccessor,
  limit,
  policy,
  wait,
  isOwnThread: true,
  dropped: count,
  progressed: progressed,
}
/** Not told to main yet, and all of them. */
const drops = new Drops()
const dropped = new Drops()
const listener = new Listener({
  window: data.settings.order.window,
  wait,
  limit,
  handlers: createHandlers(data.settings.handlers, context),
  counters: new Float64Array(data.counters),
  dropped: (tally) => drops.merge(tally),
})

let removeTap: (() => void) | undefined
let doorbell: OpenDoorbell | undefined
let levels = data.levels
let scanning: NodeJS.Timeout | undefined
let timer: NodeJS.Timeout | undefined
let soon: NodeJS.Immediate | undefined
let serving = false
let ended = false

for (const memory of data.rings) listener.sources.addRing(memory)
tap(data.tap)
if (data.directory !== undefined) watch(data.directory)
obey(data.commands)
const stopRings = onRing(bell, wake)
readPending(data.commands) // rings of threads that log already, or their first records would come too late
wake()

function wake(): void {
  if (ended) return
  if (timer) clearTimeout(timer)
  timer = undefined
  if (Atomics.load(control, Word.ASKED) !== Atomics.load(control, Word.DONE)) void serve()
  else turn()
}

// After the other messages that have come: a queue they announce may hold older records.
function wakeSoon(): void {
  if (soon || serving) return
  soon = setImmediate(() => {
    soon = undefined
    wake()
  })
}

// One round: what is due, and then a rest that ends by a timer or, when nothing is left, by the bell.
function turn(): void {
  let delay = listener.pump()
  progressed()
  tellDrops()
  if (delay === Number.POSITIVE_INFINITY) {
    arm(bell)
    delay = listener.pump() // what came between the pump and the arming
  }
  if (delay !== Number.POSITIVE_INFINITY) timer = setTimeout(wake, delay)
}

// Everything that is in any queue goes to the handlers, and out of the process.
async function serve(): Promise<void> {
  if (serving) return
  serving = true
  const asked = Atomics.load(control, Word.ASKED)
  const alive = setInterval(progressed, 100)
  for (const port of ports) readPending(port)
  listener.sources.scan()
  const ask = Atomics.load(control, Word.ASK)
  const due = monotonic()
  await rest(ask === Ask.BARRIER ? BARRIER_PAUSE : listener.pending())
  await pumpUntil(due)
  const stop = ask === Ask.STOP
  if (stop) {
    listener.sources.reap()
    await pumpUntil(monotonic())
    await listener.close()
    tellDrops()
    if (listener.sources.hasLiving()) Atomics.store(control, Word.LEFT, 1)
    end()
  } else {
    await listener.flush()
  }
  tellDrops()
  clearInterval(alive)
  Atomics.store(control, Word.DONE, asked)
  Atomics.notify(control, Word.DONE)
  serving = false
  if (!stop) wake()
}

// A receiver that takes its time answers while this thread rests.
async function pumpUntil(due: number): Promise<void> {
  do {
    progressed()
    while (listener.isFull()) await rest(FULL_PAUSE)
  } while (listener.pumpBatch(due))
  listener.pumpUntil(due)
}

function progressed(): void {
  Atomics.add(control, Word.PROGRESS, 1)
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

// Nothing may keep the thread, nor wait for a ring in it, when the process takes it down. Producers that live on may
// still wake it, but its handlers are closed and their file descriptors may by now be somebody else's.
function end(): void {
  ended = true
  stopRings()
  doorbell?.close()
  clearInterval(scanning)
  data.relay.close()
  for (const port of ports) port.close()
}

// Commands come from main and from every thread of the root, which may make threads of its own.
function obey(port: MessagePort, ended?: () => void): void {
  ports.add(port)
  port.on('message', (message: unknown) => {
    if (isCommand(message)) execute(message)
  })
  // Its messages have all been received by now; to ask a closed port for more would crash Node 20.
  port.on('close', () => {
    ports.delete(port)
    ended?.()
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
    case 'tap':
      tap(command.on)
      break
    case 'levels':
      levels = command.version
      doorbell?.tell(levels)
      for (const port of threads) port.postMessage(command.text)
      break
  }
  wakeSoon()
}

// Main is told of it too: should this thread die, the next one reads the ring on, to its end.
function addRing({ id, memory, port }: Command & { type: 'ring' }): void {
  tell({ type: 'ring', id, memory })
  const left = listener.sources.addRing(memory, () => tell({ type: 'ended', id }))
  threads.add(port)
  obey(port, () => {
    threads.delete(port)
    left()
  })
}

function tell(news: News): void {
  data.relay.postMessage(news)
}

function watch(directory: string): void {
  listener.watch(directory)
  const look = (): void => {
    listener.look()
    listener.sources.reap()
    wakeSoon()
  }
  scanning = setInterval(look, SCAN_INTERVAL)
  const events: DoorbellEvents = {
    ring(producer) {
      listener.sources.rung(producer)
      wakeSoon()
    },
    gone(producer) {
      listener.sources.left(producer)
      wakeSoon()
    },
    asked: () => JSON.stringify(takeCensus(listener.sources.values(), data, dropped.read())),
    mute(error) {
      notice('LOGSHARE_WARN_LISTENER', `looking into queues without a doorbell: ${reasonOf(error)}`)
      clearInterval(scanning)
      scanning = setInterval(look, MUTE_INTERVAL)
    },
  }
  doorbell = openDoorbell(directory, events, levels)
  look()
}

function tap(on: boolean): void {
  removeTap?.()
  removeTap = on
    ? listener.addHandler({
        label: 'tap',
        write: (records) => outbox('tap', records),
      })
    : undefined
}

function announce(report: Delivery): void {
  listener.announce(report)
}

function count(source: string, level: number, by: number): void {
  drops.add(source, level, by)
}

function tellDrops(): void {
  if (drops.isEmpty || ended) return
  const tally = drops.read()
  dropped.merge(tally)
  tell({ type: 'dropped', tally })
  drops.clear()
}
