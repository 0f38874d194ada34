// Table: lists the adapters, installs each when its library is loaded, and finds the one that relays a record.
//
// To add an adapter, write `<library>/adapter.ts`, which exports an `Adapter` (kit/adapter.ts), and add an entry below, which
// says when to load it. If its records can be deferred, add a function that completes them to deferred/line.ts.

import { join, resolve } from 'node:path'
import { isOutOfReach, notice, reasonOf } from '../core/notice.js'
import { process } from '../core/originals.js'
import type { LogRecord } from '../core/record.js'
import type { Wish } from '../core/wish.js'
import type { Adapter, AdapterContext } from './kit/adapter.js'
import { withName } from './kit/hook/alias.js'
import { onceGlobal } from './kit/hook/globals.js'
import { findPresent } from './kit/hook/present.js'
import { beforeFile } from './kit/hook/watch.js'

interface Entry {
  /** Matches the file of the library with which the adapter is loaded. Without `file` and `global` it is loaded at once. */
  readonly file?: RegExp
  /** The package's name, if `file` may be an ES module. */
  readonly esm?: string
  /** The global property where the library keeps its state. The adapter is loaded when it has a value, instead of `file`. */
  readonly global?: string | symbol
  /** Whether it has neither loggers nor levels to track. It is not installed with the role `track`. */
  readonly isStateless?: boolean
  /** Captures records of copies of the library that are part of a bundle and have no files of their own; returns the undo. */
  readonly watchBundled?: (context: AdapterContext) => () => void
  readonly load: () => Adapter
}

const ADAPTERS: Readonly<Record<string, Entry>> = {
  console: {
    isStateless: true,
    load: () => (require('./node/console.js') as typeof import('./node/console.js')).consoleAdapter,
  },
  crash: {
    isStateless: true,
    load: () => (require('./node/crash.js') as typeof import('./node/crash.js')).crashAdapter,
  },
  bunyan: {
    file: /[\\/]bunyan[\\/]lib[\\/]bunyan\.js$/,
    load: () =>
      (require('./bunyan/adapter.js') as typeof import('./bunyan/adapter.js')).bunyanAdapter,
  },
  debug: {
    file: /[\\/]debug[\\/]src[\\/]index\.js$/,
    load: () => (require('./debug/adapter.js') as typeof import('./debug/adapter.js')).debugAdapter,
  },
  debuglog: {
    isStateless: true,
    load: () =>
      (require('./node/debuglog.js') as typeof import('./node/debuglog.js')).debuglogAdapter,
  },
  warning: {
    isStateless: true,
    load: () => (require('./node/warning.js') as typeof import('./node/warning.js')).warningAdapter,
  },
  stdout: {
    isStateless: true,
    load: () => (require('./node/streams.js') as typeof import('./node/streams.js')).stdoutAdapter,
  },
  stderr: {
    isStateless: true,
    load: () => (require('./node/streams.js') as typeof import('./node/streams.js')).stderrAdapter,
  },
  loglevel: {
    file: /[\\/]loglevel[\\/]lib[\\/]loglevel\.js$/,
    load: () =>
      (require('./loglevel/adapter.js') as typeof import('./loglevel/adapter.js')).loglevelAdapter,
  },
  consola: {
    file: /[\\/]consola[\\/]dist[\\/]core\.[cm]js$/,
    esm: 'consola',
    load: () =>
      (require('./consola/adapter.js') as typeof import('./consola/adapter.js')).consolaAdapter,
  },
  logtape: {
    global: Symbol.for('logtape.rootLogger'),
    load: () =>
      (require('./logtape/adapter.js') as typeof import('./logtape/adapter.js')).logtapeAdapter,
  },
  roarr: {
    global: 'ROARR',
    isStateless: true,
    load: () => (require('./roarr/adapter.js') as typeof import('./roarr/adapter.js')).roarrAdapter,
  },
  'rotating-file-stream': {
    file: /[\\/]rotating-file-stream[\\/]dist[\\/](?:cjs|esm)[\\/]index\.js$/,
    esm: 'rotating-file-stream',
    load: () =>
      (
        require('./rotating-file-stream/adapter.js') as typeof import('./rotating-file-stream/adapter.js')
      ).rotatingAdapter,
  },
  signale: {
    file: /[\\/]signale[\\/]signale\.js$/,
    load: () =>
      (require('./signale/adapter.js') as typeof import('./signale/adapter.js')).signaleAdapter,
  },
  tslog: {
    file: /[\\/]tslog[\\/](?:cjs|esm)[\\/](?:BaseLogger|index\.node)\.js$/,
    esm: 'tslog',
    load: () => (require('./tslog/adapter.js') as typeof import('./tslog/adapter.js')).tslogAdapter,
  },
  pino: {
    file: /(?<![\\/]deferred)[\\/]pino\.js$/, // not our own file of that name
    watchBundled: (context) =>
      (require('./pino/channel.js') as typeof import('./pino/channel.js')).watchChannel(context),
    load: () => (require('./pino/adapter.js') as typeof import('./pino/adapter.js')).pinoAdapter,
  },
  log4js: {
    file: /[\\/]log4js[\\/]lib[\\/]log4js\.js$/,
    load: () =>
      (require('./log4js/adapter.js') as typeof import('./log4js/adapter.js')).log4jsAdapter,
  },
  winston: {
    file: /[\\/]winston[\\/]lib[\\/]winston\.js$/,
    load: () =>
      (require('./winston/adapter.js') as typeof import('./winston/adapter.js')).winstonAdapter,
  },
}

/** The folder of this package's files, none if it is in a bundle: to try all expressions on them takes 0.3 ms. */
const OWN = __filename.endsWith(join('dist', 'adapters', 'table.js'))
  ? resolve(__dirname, '..')
  : ''

/** Streams that loggers of other libraries may write to. Their adapters are installed together with any other. */
const STREAMS = ['rotating-file-stream']

/** Names that the option `adapters` accepts, which are also its default. */
export const ADAPTER_NAMES: readonly string[] = Object.keys(ADAPTERS).filter(
  (name) => !STREAMS.includes(name),
)

/**
 * Installs the named adapters (default: all), each when its library is first loaded. Names without an adapter are ignored.
 * Returns the undo.
 */
export function installAdapters(
  names: readonly string[] | undefined,
  context: AdapterContext,
): () => void {
  const undo: (() => void)[] = []
  const later = new Map<string, Entry>()
  const install = (name: string, { load }: Entry): void => {
    later.delete(name)
    try {
      undo.push(load().install(context))
    } catch (error) {
      if (isOutOfReach(error)) return
      notice(
        'LOGSHARE_WARN_FAILED_OPEN',
        `cannot install the adapter for ${name}: ${reasonOf(error)}`,
        name,
      )
    }
  }
  const cached = Object.keys(require.cache ?? {})
    .filter((path) => OWN === '' || !path.startsWith(OWN))
    .map(withName)
  const wanted = names ?? Object.keys(ADAPTERS)
  for (const name of wanted.length > 0 ? new Set([...wanted, ...STREAMS]) : []) {
    const entry = ADAPTERS[name]
    if (!entry || (context.role === 'track' && entry.isStateless)) continue
    const { file, global, watchBundled } = entry
    if (context.collects && watchBundled) undo.push(watchBundled(context))
    if (global !== undefined) undo.push(onceGlobal(global, () => install(name, entry)))
    else if (file === undefined || cached.some((path) => file.test(path))) install(name, entry)
    else later.set(name, entry)
  }
  const unwatch = beforeFile((filename) => {
    const path = withName(filename)
    for (const [name, entry] of later) if (entry.file?.test(path)) install(name, entry)
  })
  undo.push(hookModules([...later.values()].filter(({ esm }) => esm !== undefined)))
  return () => {
    unwatch()
    for (const each of undo.reverse()) each()
  }
}

// Each process would look for the packages on a Node that cannot hook them (before 22.15), which only diagnostics tell.
function hookModules(entries: readonly Entry[]): () => void {
  const canHook = 'registerHooks' in require('node:module') || process.env.DEBUG
  const names = entries.map(({ esm }) => esm as string)
  const present = canHook && names.length > 0 ? findPresent(names) : []
  if (present.length === 0) return () => {}
  const { hookModules } = require('./kit/hook/esm.js') as typeof import('./kit/hook/esm.js')
  return hookModules(present, (url) => entries.some(({ file }) => file?.test(withName(url))))
}

// Adapters loaded so far: calling `require` again takes longer than relaying a record.
const loaded = new Map<string, Adapter>()

/**
 * Relays a child's record to its library in this thread. Returns false if the library has no logger for it, and undefined
 * if it has none yet (`Adapter.relay`).
 */
export function relayRecord(
  record: LogRecord,
  extra: string | undefined,
  line: string,
): boolean | undefined {
  const { lib } = record
  if (lib === undefined) return false
  let adapter = loaded.get(lib)
  if (!adapter) {
    adapter = ADAPTERS[lib]?.load()
    if (adapter) loaded.set(lib, adapter)
  }
  return adapter ? adapter.relay(record, extra, line) : false
}

/** Does what a child asks the root's loggers for. Throws what the library throws. */
export function fulfil(wish: Wish): void {
  ADAPTERS[wish.lib]?.load().fulfil?.(wish)
}

/** Writes what the root's loggers hold of records that were relayed to them: the process exits. Never throws. */
export function writeUnwritten(): void {
  for (const [name, { writeUnwritten: write }] of loaded) {
    try {
      write?.()
    } catch (error) {
      const reason = `${name} in the root could not write its last records: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_HANDLER', reason, name)
    }
  }
}
