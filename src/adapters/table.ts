// The adapters there are: add a line here for a new one.

import type { LogRecord } from '../core/record.js'
import type { Adapter, AdapterContext } from './adapter.js'

const ADAPTERS: Readonly<Record<string, () => Adapter>> = {
  console: () => (require('./console.js') as typeof import('./console.js')).consoleAdapter,
  crash: () => (require('./crash.js') as typeof import('./crash.js')).crashAdapter,
  debug: () => (require('./debug.js') as typeof import('./debug.js')).debugAdapter,
}

/** Installs those of the named adapters that exist; returns the undo. */
export function installAdapters(names: readonly string[], context: AdapterContext): () => void {
  const undo = names.flatMap((name) => {
    const adapter = ADAPTERS[name]?.()
    return adapter ? [adapter.install(context)] : []
  })
  return () => {
    for (const each of undo.reverse()) each()
  }
}

/** Gives a record back to the library it came from; false if that library has no adapter here. */
export function relayRecord(record: LogRecord): boolean {
  const adapter = record.lib === undefined ? undefined : ADAPTERS[record.lib]?.()
  adapter?.relay(record)
  return adapter !== undefined
}
