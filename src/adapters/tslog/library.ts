// Library: types of the parts of tslog 4 and 5 that the adapter reads or patches, and the loggers made in this thread.

import { placeOf } from '../kit/identity/callers.js'
import { type InstanceIdentity, Instances } from '../kit/identity/instances.js'
import type { Runtime } from './position.js'

export type Plain = Record<string, unknown>
export type Log = (this: Logger, id: number, level: string, ...args: unknown[]) => Plain | undefined

export interface Settings {
  readonly type?: string
  minLevel: number
  readonly name?: string
  readonly parentNames?: readonly string[]
  readonly attachedTransports?: readonly unknown[]
  readonly maskValuesOfKeys?: readonly unknown[]
  readonly argumentsArrayName?: string
  readonly overwrite?: Plain & { readonly mask?: (args: unknown[]) => unknown[] }
  readonly internalFramePatterns?: readonly RegExp[]
  readonly stack?: Plain & { readonly internalFramePatterns?: readonly RegExp[] }
  readonly meta?: { readonly property?: string }
  readonly metaProperty?: string
}

export interface Logger {
  readonly settings: Settings
  readonly callerFrame?: number
  readonly stackDepthLevel?: number
  readonly maskingEngine?: object
  readonly runtime?: Partial<Runtime>
  log: Log
  setMinLevel?(level: unknown): unknown
  /** Version 5 returns a function that detaches the transport. */
  attachTransport?(transport: unknown): (() => void) | undefined
  _flushDefaultSink?(): Promise<void>
  _mask?(args: unknown[]): unknown[]
  _shouldCaptureStack(): boolean
}

const OWN_FILES = /[\\/]tslog[\\/](?:cjs|esm)[\\/]/

export const instances: Instances<Logger> = new Instances()

/** The `log` of each patched prototype, as it was before the patch. */
export const originals: WeakMap<object, Log> = new WeakMap()

/** The unpatched `log` for a logger; undefined if its class is not patched. */
export function originalOf(logger: Logger): Log | undefined {
  for (let at: object | null = logger; at; at = Object.getPrototypeOf(at)) {
    const log = originals.get(at)
    if (log) return log
  }
  return undefined
}

/** The logger's identity. A new logger must be identified within its constructor: this reads the stack. */
export function identify(logger: Logger): InstanceIdentity {
  return (
    instances.identify(logger) ?? instances.add(logger, nameOf(logger.settings), placeOf(OWN_FILES))
  )
}

/** The name of all loggers without a name. */
export const UNNAMED = 'tslog'

export function nameOf({ name, parentNames }: Settings): string {
  return [...(parentNames ?? []), name].filter(Boolean).join(':') || UNNAMED
}

/** The key of tslog's metadata in its record of a call. */
export function metaKey({ meta, metaProperty }: Settings): string {
  return meta?.property ?? metaProperty ?? '_meta'
}

/** The same settings with some replaced. Later changes of the others show through. */
export function derive(settings: Settings, own: Plain): Settings {
  return Object.create(settings, Object.getOwnPropertyDescriptors(own))
}
