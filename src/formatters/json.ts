// Json: chooses the formatter of a handler whose lines are JSON, and loads only that.

import { type KeyOptions, STORE_FORMATS, type StoreFormat } from '../config/format.js'
import type { LogRecord } from '../core/record.js'

type Format = (record: LogRecord) => string

/** Undefined if the line is what the producer encoded. `format`: that of the handler. */
export function createJson(format: string, keys: KeyOptions): Format | undefined {
  const store = STORE_FORMATS.find((name) => name === format)
  if (store) return createStore(store)
  if (Object.keys(keys).length === 0) return undefined
  const { createKeys } = require('./keys.js') as typeof import('./keys.js')
  return createKeys(keys)
}

function createStore(format: StoreFormat): Format {
  switch (format) {
    case 'datadog':
      return (require('./datadog.js') as typeof import('./datadog.js')).createDatadog()
    case 'ecs':
      return (require('./ecs.js') as typeof import('./ecs.js')).createEcs()
    case 'gelf':
      return (require('./gelf.js') as typeof import('./gelf.js')).createGelf()
    case 'google':
      return (require('./google.js') as typeof import('./google.js')).createGoogle()
  }
}
