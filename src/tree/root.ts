// The root: the first thread with logshare, which has the listener, the handlers and the options.

import { threadId } from 'node:worker_threads'
import type { Settings } from '../config/options.js'
import { clockAnchor } from '../core/clock.js'
import { diagnose } from '../core/diagnostics.js'
import { levels, type RootLevels } from '../core/levels.js'
import { notice, reasonOf } from '../core/notice.js'
import type { LogRecord } from '../core/record.js'
import { createRedact } from '../core/redact.js'
import { stdioIds } from '../core/stdio.js'
import { parseLine } from '../handlers/lines.js'
import type { Parcel } from '../listener/channel.js'
import { Host } from '../listener/host.js'
import { Registry } from '../logger/registry.js'
import { ring } from '../queue/bell.js'
import { QueueHandler } from '../queue/handler.js'
import { producerId } from '../queue/segment.js'
import {
  createNames,
  type Inheritance,
  NOWHERE,
  type Parent,
  type Place,
  writeInheritance,
} from '../spawn/inherit.js'
import { OriginalWorker } from '../spawn/worker.js'
import { Announcer } from './announce.js'
import { onExit } from './exit.js'
import type { Instance, RecordHandler } from './instance.js'
import { Pending } from './pending.js'

/** Milliseconds a process that has nothing left to do waits at most for what its children have logged. */
const IDLE_LIMIT = 10_000

interface Root {
  readonly host: Host
  readonly registry: Registry
  /** Makes the runtime directory ready. */
  readonly prepare: () => string
}

/**
 * A root that is not installed: its records are handled within the call that makes them, and it has no hooks.
 * Opens the handlers; throws `LOGSHARE_ERR_HANDLER`.
 */
export function createRoot(settings: Settings): Instance {
  const handlers = new Set<RecordHandler>()
  const host = new Host({
    settings,
    Worker: OriginalWorker,
    take: (purpose, lines) => take(handlers, purpose, lines, () => host.countFailure()),
  })
  const queue = new QueueHandler({ pid: process.pid, tid: threadId, source: 'root' }, host.queue)
  const registry = new Registry(queue, settings.level, createRedact(settings.redact))
  registry.setLevels(settings.levels)
  const current = (version: number): RootLevels => {
    return { version, ...registry.levels(), foreign: levels.read() }
  }
  const announcer = createAnnouncer(host, current, () => prepare())
  const inheritance = (): Inheritance => ({
    anchor: clockAnchor(),
    ...current(announcer.version),
    own: {},
    settings: host.settings,
    stdio: stdioIds(),
  })
  const prepare = createDirectory(host, inheritance)
  registry.changed = () => announcer.changed()
  levels.watch(() => announcer.changed())
  return {
    registry,
    parent: createParent(host, inheritance, prepare),
    install: (changed) => installHost({ host, registry, prepare }, changed),
    async flush() {
      await host.flush()
      await Promise.all([...handlers].map(flushHandler))
    },
    reopen: () => host.reopen(),
    stats: () => ({ source: 'root', made: queue.records, dropped: queue.dropped, ...host.stats() }),
    addHandler(handler) {
      handlers.add(handler)
      const tell = (): void => {
        host.tap(handlers.size > 0)
        levels.announceReaders(handlers.size > 0)
      }
      tell()
      return () => {
        handlers.delete(handler)
        tell()
      }
    },
  }
}

/**
 * Goes on as the listener of a runtime directory whose lock this process has taken: with the handlers and from the place
 * of the listener before. Ends with the process. Throws `LOGSHARE_ERR_HANDLER`.
 */
export function succeed(directory: string, settings: Settings): void {
  const host = createHost(settings)
  hookExit(host)
  host.adopt(directory)
  diagnose('root', 'process %d goes on for %s', process.pid, directory)
}

/**
 * Is the listener of a collector's directory, whose lock this process has taken, until the returned function is called: it
 * writes what is in the queues and leaves the directory to the next one. Throws `LOGSHARE_ERR_HANDLER`.
 */
export function serve(directory: string, settings: Settings, levels: RootLevels): () => void {
  const host = createHost(settings, true)
  hookExit(host)
  host.tellLevels(levels.version, JSON.stringify(levels))
  host.adopt(directory)
  return () => host.close()
}

/**
 * Writes what is left in a runtime directory whose lock this process has taken; returns how many records. `keeps`: the
 * directory is a collector's and stays.
 */
export function finish(directory: string, settings: Settings, keeps = false): number {
  const host = createHost(settings, keeps)
  host.finish(directory)
  return host.stats().records
}

function createHost(settings: Settings, keepsDirectory = false): Host {
  const none = new Set<RecordHandler>()
  return new Host({
    settings,
    keepsDirectory,
    Worker: OriginalWorker,
    take: (purpose, lines) => take(none, purpose, lines),
  })
}

// The root's own records into a file, like those of all others: there when it is killed.
function moveToFile(host: Host, queue: QueueHandler, directory: string): void {
  const { FileWriter } = require('../queue/writer.js') as typeof import('../queue/writer.js')
  const producer = producerId(process.pid, threadId)
  const bell = new Int32Array(host.bell)
  const hello = JSON.stringify(queue.origin)
  const policy = host.settings.overflow
  queue.redirect(new FileWriter({ directory, producer, hello, wrote: () => ring(bell), policy }))
  host.start()
}

// Loggers that exist already stay: only what is behind them changes.
function installHost({ host, registry, prepare }: Root, settings: Settings): () => void {
  host.open(settings, 'batched')
  diagnose('root', 'in place, handlers: %s', settings.handlers.map(({ type }) => type).join(', '))
  registry.configure(settings.level, createRedact(settings.redact))
  registry.setLevels(settings.levels)
  const unhookExit = hookExit(host, () => registry.queue.report())
  const unhookSignals = hookSignals(host)
  if (settings.queue === 'file') {
    const directory = attempt(prepare, (error) =>
      notice('LOGSHARE_WARN_FAILED_OPEN', `logging through memory: ${reasonOf(error)}`),
    )
    if (directory !== undefined) moveToFile(host, registry.queue, directory)
  }
  return () => {
    unhookExit()
    unhookSignals()
    host.close()
    guard('relay', () => pending.end())
    registry.queue.redirect(host.queue)
    host.open({ ...settings, handlers: [{ type: 'relay' }] }, 'at once')
  }
}

// Only those that were asked for: a process that listens to a signal does not end by it.
function hookSignals(host: Host): () => void {
  const wanted = host.settings.handlers.flatMap((handler) => {
    return handler.type === 'file' && handler.reopen ? [handler.reopen] : []
  })
  const heed = (): void => void host.reopen()
  const signals = [...new Set(wanted)]
  for (const signal of signals) process.on(signal, heed)
  return () => {
    for (const signal of signals) process.off(signal, heed)
  }
}

// Makes the runtime directory, and puts into it what children start with, as it is now.
function createDirectory(host: Host, inheritance: () => Inheritance): () => string {
  let written: string | undefined
  return () => {
    const directory = host.directory(() => findLeft(host.settings))
    const text = JSON.stringify(inheritance())
    if (`${directory} ${text}` !== written) writeInheritance(directory, text)
    written = `${directory} ${text}` // a root that is installed again has a new directory
    return directory
  }
}

function createAnnouncer(
  host: Host,
  current: (version: number) => RootLevels,
  prepare: () => string,
): Announcer {
  const failed = (error: unknown): void => {
    notice('LOGSHARE_WARN_LISTENER', `children to come have levels of before: ${reasonOf(error)}`)
  }
  return new Announcer({
    hasChildren: () => host.hasChildren,
    write(version) {
      if (host.hasDirectory) attempt(prepare, failed)
      return JSON.stringify(current(version))
    },
    tell: (version, text) => host.tellLevels(version, text),
  })
}

// Unless it was told which one to use.
function findLeft(settings: Settings): string | undefined {
  if (process.env.LOGSHARE_DIR) return undefined
  return (require('./sweep.js') as typeof import('./sweep.js')).sweep(settings)
}

function createParent(host: Host, inheritance: () => Inheritance, prepare: () => string): Parent {
  const name = createNames('root')
  return {
    forWorker(capture) {
      const directory = attempt(prepare)
      const isFile = host.settings.queue === 'file' && directory !== undefined
      const queue = isFile
        ? ({ type: 'file', directory } as const)
        : createRingQueue(host, directory)
      return { source: name('worker'), inheritance: inheritance(), capture, queue }
    },
    forProcess(kind, isAwaited = false) {
      const source = name(kind)
      const directory = attempt(prepare, (error) => {
        const reason = `records of child processes cannot be taken: ${reasonOf(error)}`
        notice('LOGSHARE_WARN_FAILED_OPEN', reason)
      })
      return { directory: directory ?? NOWHERE, source, ...(isAwaited && { isDirect: true }) }
    },
    started: () => host.start(),
    ended: () => host.barrier(),
  }
}

function createRingQueue(host: Host, directory: string | undefined): Place['queue'] {
  return { type: 'ring', ...host.prepareRing(), bell: host.bell, directory }
}

function attempt<T>(act: () => T, failed?: (error: unknown) => void): T | undefined {
  try {
    return act()
  } catch (error) {
    failed?.(error)
    return undefined
  }
}

// Lines arrive on the main thread for two reasons: to be given back to a library, and for handlers that live here.
function take(
  handlers: ReadonlySet<RecordHandler>,
  purpose: Parcel['purpose'],
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

// To the library it came from; what that has no logger for is printed.
function relay(whole: string): void {
  const end = whole.indexOf('\n')
  const line = end < 0 ? whole : whole.slice(0, end)
  pending.relay(line, parseLine(line), end < 0 ? undefined : whole.slice(end + 1))
}

const pending = new Pending((line, record, extra) => {
  printer ??= (require('./printer.js') as typeof import('./printer.js')).createPrinter()
  printer(line, record, extra)
})

let printer: ((line: string, record: LogRecord, extra?: string) => void) | undefined

function guard(name: string, act: () => unknown, failed?: () => void): void {
  try {
    act()
  } catch (error) {
    failed?.()
    announceFailure(name, error)
  }
}

async function flushHandler(handler: RecordHandler): Promise<void> {
  try {
    await handler.flush?.()
  } catch (error) {
    announceFailure('of the application', error)
  }
}

function announceFailure(name: string, error: unknown): void {
  notice('LOGSHARE_WARN_HANDLER', `handler ${name} failed: ${reasonOf(error)}`)
}

function hookExit(host: Host, before?: () => void): () => void {
  const end = (): void => {
    before?.()
    host.close()
    guard('relay', () => pending.end())
  }
  // Loggers of other libraries end with exit listeners, some for good, and some only write while there is something to do:
  // they get what children have logged last before either.
  const catchUp = (limit?: number): void => {
    host.barrier(limit)
    guard('relay', () => pending.retry())
  }
  return onExit(end, {
    hides: (worker) => host.isListener(worker),
    idle: () => catchUp(IDLE_LIMIT),
    before: () => catchUp(),
  })
}
