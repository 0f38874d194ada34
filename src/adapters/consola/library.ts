// Library: what the adapter uses of consola 3, and the instances it has seen.

import { Instances } from '../kit/identity/instances.js'

/** One log call, as consola gives it to reporters. */
export interface LogObject {
  readonly date: Date
  readonly args: readonly unknown[]
  readonly type: string
  readonly level: number
  readonly tag: string
  readonly [field: string]: unknown
}

export interface Options {
  level: number
  readonly defaults: { readonly tag?: string }
  readonly reporters: readonly object[]
  readonly stdout?: object
  readonly stderr?: object
}

export interface Consola {
  level: number
  readonly options: Options
  _log(object: LogObject): void
  _wrapLogFn(...args: unknown[]): unknown
}

/** consola's own files, which are never the place where an instance was created. */
export const OWN_FILES: RegExp = /[\\/]consola[\\/](?:dist|lib)[\\/]/

export const instances: Instances<Consola> = new Instances()

let first: WeakRef<Consola> | undefined

/** The first instance created here: the one that consola exports, except with `consola/core`, which exports none. */
export function defaultInstance(): Consola | undefined {
  return first?.deref()
}

export function setDefaultInstance(instance: Consola): void {
  first = new WeakRef(instance)
}

export function tagOf({ options }: Consola): string {
  return options.defaults?.tag || 'consola'
}
