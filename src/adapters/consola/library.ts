// Library: types of the parts of consola 3 that the adapter reads or patches, and its own reporters.

import { process, type RealDate } from '../../core/originals.js'

export interface LogObject {
  readonly date: RealDate
  readonly args: readonly unknown[]
  readonly type: string
  readonly level: number
  readonly tag: string
  readonly [field: string]: unknown
}

export interface Reporter {
  log(object: LogObject, context: { readonly options: Options }): unknown
  /** Only the library's own reporters: formats the stack of an error or a trace. */
  formatStack?(stack: string, ...others: unknown[]): string
}

export interface Options {
  level: number
  readonly defaults: { readonly tag?: string }
  readonly reporters: readonly Reporter[]
  readonly stdout?: object
  readonly stderr?: object
}

export interface Consola {
  level: number
  readonly options: Options
  /** Calls the reporters. */
  _log(object: LogObject): void
  _wrapLogFn(...args: unknown[]): unknown
}

/** The files of the library, which are no place where an application makes a logger. */
export const OWN_FILES: RegExp = /[\\/]consola[\\/](?:dist|lib)[\\/]/

const OWN_REPORTERS: ReadonlySet<unknown> = new Set([
  'BasicReporter',
  'FancyReporter',
  'BrowserReporter',
])

/** Whether this is one of the library's reporters, which print to `streamOf`. All others are the application's. */
export function isOwn(reporter: Reporter): boolean {
  return OWN_REPORTERS.has(reporter.constructor?.name)
}

/** The stream that the library's own reporters print a record of this level to. */
export function streamOf({ stdout, stderr }: Options, level: number): object {
  return level < 2 ? (stderr ?? process.stderr) : (stdout ?? process.stdout)
}

export function tagOf({ options }: Consola): string {
  return options.defaults?.tag || 'consola'
}
