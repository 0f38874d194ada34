// Libraries: the logging libraries that `logshare doctor` finds installed for a project, and a call of each.

import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface Library {
  readonly name: string
  readonly version: string
}

/** Packages that have an adapter, by the adapter's name. */
const PACKAGES: Readonly<Record<string, string>> = {
  pino: 'pino',
  winston: 'winston',
  bunyan: 'bunyan',
  log4js: 'log4js',
  debug: 'debug',
  loglevel: 'loglevel',
  consola: 'consola',
  signale: 'signale',
  tslog: 'tslog',
  roarr: 'roarr',
  logtape: '@logtape/logtape',
}

/** Names of all packages that have an adapter. */
export const LIBRARIES: readonly string[] = Object.values(PACKAGES)

/** Those that the code in a folder can load. */
export function findLibraries(folder: string): Library[] {
  return LIBRARIES.flatMap((name) => {
    const version = versionOf(name, folder)
    return version === undefined ? [] : [{ name, version }]
  })
}

/** Name of the adapter for a package, which is the `lib` of its records. */
export function adapterOf(name: string): string {
  return Object.keys(PACKAGES).find((adapter) => PACKAGES[adapter] === name) ?? name
}

function versionOf(name: string, folder: string): string | undefined {
  const paths = createRequire(join(folder, 'package.json')).resolve.paths(name) ?? []
  const file = paths
    .map((path) => join(path, name, 'package.json'))
    .find((path) => existsSync(path))
  if (file === undefined) return undefined
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  } catch {
    return undefined
  }
}

/** Prints `text` through each library that the folder has, as an application would. Never rejects. */
export async function logWithEach(folder: string, text: string): Promise<void> {
  for (const { name } of findLibraries(folder)) {
    try {
      await CALLS[adapterOf(name)]?.(await load(name, folder), `${text} ${name}`)
    } catch {
      // Its record is missing then, which the caller reports.
    }
  }
}

async function load(name: string, folder: string): Promise<Loaded> {
  const require = createRequire(join(folder || dirname(__filename), 'package.json'))
  try {
    return require(name) as Loaded
  } catch {
    return (await import(require.resolve(name))) as Loaded
  }
}

type Method = (...args: readonly unknown[]) => Loaded
// Whatever a library exports: each call below knows its own.
type Loaded = Method & (new (options?: object) => Loaded) & { readonly [name: string]: Loaded }

const CALLS: Readonly<Record<string, (library: Loaded, text: string) => unknown>> = {
  pino: (pino, text) => pino().info?.(text),
  winston: ({ createLogger, transports }, text) =>
    createLogger?.({ transports: consoleOf(transports) }).info?.(text),
  bunyan: ({ createLogger }, text) => createLogger?.({ name: 'doctor' }).info?.(text),
  log4js: (log4js, text) => {
    log4js.configure?.({
      appenders: { out: { type: 'stdout' } },
      categories: { default: { appenders: ['out'], level: 'info' } },
    })
    log4js.getLogger?.().info?.(text)
  },
  debug: (debug, text) => {
    debug.enable?.('logshare-doctor')
    debug('logshare-doctor')(text)
  },
  loglevel: (loglevel, text) => {
    loglevel.setLevel?.('info')
    loglevel.info?.(text)
  },
  consola: ({ consola }, text) => consola?.info?.(text),
  signale: ({ info }, text) => info?.(text),
  tslog: ({ Logger }, text) => new (Logger as Loaded)().info?.(text),
  roarr: ({ Roarr }, text) => Roarr?.info?.(text),
  logtape: async ({ configure, getConsoleSink, getLogger }, text) => {
    const loggers = [
      { category: [], sinks: ['console'], lowestLevel: 'info' },
      { category: ['logtape', 'meta'], sinks: ['console'], lowestLevel: 'error' },
    ]
    await configure?.({ sinks: { console: getConsoleSink?.() }, loggers })
    getLogger?.(['doctor']).info?.(text)
  },
}

// A getter loads each of winston's transports.
function consoleOf(transports: Loaded | undefined): readonly Loaded[] {
  const Console = transports?.Console as Loaded
  return [new Console()]
}
