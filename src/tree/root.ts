// Root: the instance of the first thread with logshare, which has the listener, the handlers and the options.

import { threadId } from 'node:worker_threads'
import { ADAPTER_NAMES } from '../adapters/table.js'
import { isConfigured } from '../config/config.js'
import type { MetricsSettings } from '../config/metrics.js'
import type { Settings } from '../config/options.js'
import { clockAnchor } from '../core/clock.js'
import { setFields } from '../core/context.js'
import { diagnose } from '../core/diagnostics.js'
import { levels, type RootLevels } from '../core/levels.js'
import type { ChildEnd } from '../core/lifecycle.js'
import { notice, reasonOf } from '../core/notice.js'
import { process } from '../core/originals.js'
import { createRedact } from '../core/redact.js'
import { stdioIds } from '../core/stdio.js'
import { Host } from '../listener/host.js'
import { Registry } from '../logger/registry.js'
import { ring } from '../queue/bell.js'
import { QueueHandler } from '../queue/handler.js'
import type { QueueWriter } from '../queue/queue.js'
import { producerId } from '../queue/segment.js'
import type { Inheritance } from '../spawn/inherit.js'
import { OriginalWorker } from '../spawn/living.js'
import { Announcer } from './announcer.js'
import { endPending, flushHandler, takeLines } from './inbox.js'
import type { Instance, RecordHandler } from './instance.js'
import { attempt, createParent, createPrepare } from './parent.js'
import { closeAtExit } from './shutdown.js'
import { TerminalWriter } from './terminal.js'

interface Root {
  readonly host: Host
  readonly registry: Registry
  /** Makes the runtime directory ready for children; returns its path. */
  readonly prepare: () => string
  readonly announcer: Announcer
}

/**
 * A root that is not installed yet: each record is handled within the log call, and nothing is hooked into the process.
 * Opens the handlers; throws `LOGSHARE_ERR_HANDLER`.
 */
export function createRoot(settings: Settings): Instance {
  const handlers = new Set<RecordHandler>()
  const host = new Host({
    settings,
    Worker: OriginalWorker,
    take: (purpose, lines) => takeLines(handlers, purpose, lines, () => host.countFailure()),
  })
  const origin = { pid: process.pid, tid: threadId, source: 'root' }
  const queue = new QueueHandler(origin, withTerminal(host, host.queue))
  const redact = createRedact(settings.redact)
  setFields(settings.fields, redact)
  const registry = new Registry(queue, settings.level, redact)
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
    isConfigured: isConfigured(host.settings, ADAPTER_NAMES),
  })
  const prepare = createPrepare(host, inheritance)
  const flush = async (): Promise<void> => {
    await host.flush()
    await Promise.all([...handlers].map(flushHandler))
  }
  registry.changed = () => announcer.changed()
  registry.flush = flush
  registry.settle = () => host.drain(undefined, true)
  levels.watch(() => announcer.changed())
  return {
    registry,
    parent: createParent(host, inheritance, prepare, (end) => noteEnd(registry, end)),
    install: (changed) => installHost({ host, registry, prepare, announcer }, changed),
    flush,
    reopen: () => host.reopen(),
    metrics: () => host.metrics(),
    stats: () => ({ source: 'root', made: queue.records, dropped: queue.dropped, ...host.stats() }),
    addHandler: (handler) => addReader(handlers, handler, host),
  }
}

// Returns the undo.
function addReader(handlers: Set<RecordHandler>, handler: RecordHandler, host: Host): () => void {
  const update = (): void => {
    host.subscribe(handlers.size > 0)
    levels.announceReaders(handlers.size > 0)
  }
  handlers.add(handler)
  update()
  return () => {
    handlers.delete(handler)
    update()
  }
}

// Loaded only with the option `lifecycle`.
function noteEnd(registry: Registry, end: ChildEnd): void {
  const { report } = require('./lifecycle.js') as typeof import('./lifecycle.js')
  report(registry, end)
}

// Without handlers, records of our own loggers are printed where they are made.
function withTerminal(host: Host, queue: QueueWriter): QueueWriter {
  if (host.settings.handlers.length > 0) return queue
  return new TerminalWriter(queue, () => levels.hasReaders)
}

function createAnnouncer(
  host: Host,
  current: (version: number) => RootLevels,
  prepare: () => string,
): Announcer {
  const failed = (error: unknown): void => {
    notice('LOGSHARE_WARN_LISTENER', `children start with outdated levels: ${reasonOf(error)}`)
  }
  return new Announcer({
    hasChildren: () => host.hasChildren,
    write(version) {
      if (host.hasDirectory) attempt(prepare, failed)
      return JSON.stringify(current(version))
    },
    send: (version, text) => host.sendLevels(version, text),
  })
}

// Loggers that exist already stay valid: only the handlers behind them change.
function installHost({ host, registry, prepare, announcer }: Root, settings: Settings): () => void {
  const endMetrics = settings.metrics && serve(host, settings.metrics)
  try {
    host.open(settings, 'batched')
  } catch (error) {
    endMetrics?.()
    throw error
  }
  registry.queue.redirect(withTerminal(host, host.queue))
  diagnose('root', 'installed, handlers: %s', settings.handlers.map(({ type }) => type).join(', '))
  const redact = createRedact(settings.redact)
  setFields(settings.fields, redact)
  registry.configure(settings.level, redact)
  registry.setLevels(settings.levels)
  // Children that outlive this process find no other library's loggers in it.
  const forget = (): void => {
    levels.replace({})
    announcer.announce()
  }
  const unhookExit = closeAtExit(host, () => registry.queue.report(), forget)
  const unhookSignals = reopenOnSignals(host)
  if (settings.queue === 'file') {
    const directory = attempt(prepare, (error) =>
      notice(
        'LOGSHARE_WARN_FAILED_OPEN',
        `the root logs through memory instead of a file: ${reasonOf(error)}`,
      ),
    )
    if (directory !== undefined) moveToFile(host, registry.queue, directory)
  }
  return () => {
    unhookExit()
    unhookSignals()
    endMetrics?.()
    host.close()
    endPending()
    host.open({ ...settings, handlers: [], lifecycle: false }, 'immediate')
    registry.queue.redirect(withTerminal(host, host.queue))
  }
}

function serve(host: Host, settings: MetricsSettings): () => void {
  const { serveMetrics } = require('./scrape.js') as typeof import('./scrape.js')
  return serveMetrics(settings, () => host.metrics())
}

// Listens only to signals that the options name: a process with a listener for a signal no longer ends by that signal.
function reopenOnSignals(host: Host): () => void {
  const wanted = host.settings.handlers.flatMap((handler) => {
    return handler.type === 'file' && handler.reopen ? [handler.reopen] : []
  })
  const reopen = (): void => void host.reopen()
  const signals = [...new Set(wanted)]
  for (const signal of signals) process.on(signal, reopen)
  return () => {
    for (const signal of signals) process.off(signal, reopen)
  }
}

// Queue `file`: the root's own records go to a queue file, too, so that they survive a kill of the root.
function moveToFile(host: Host, queue: QueueHandler, directory: string): void {
  const { FileWriter } = require('../queue/writer.js') as typeof import('../queue/writer.js')
  const producer = producerId(process.pid, threadId)
  const bell = new Int32Array(host.bell)
  const hello = JSON.stringify(queue.origin)
  const policy = host.settings.overflow
  const writer = new FileWriter({ directory, producer, hello, wrote: () => ring(bell), policy })
  queue.redirect(withTerminal(host, writer))
  host.startThread()
}
