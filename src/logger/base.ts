// Base: what a logger has of pino's loggers beside its methods: events, and members that libraries read by a symbol.
//
// It is consulted only for what a logger does not have itself, so that its proxy costs a log call nothing.

import { EventEmitter } from 'node:events'
import { encodeValue } from '../core/encode.js'
import { notice, reasonOf } from '../core/notice.js'
import type { Logger } from './shape.js'

/** Fastify adds its serializers to those that a logger has. */
export const SERIALIZERS: unique symbol = Symbol.for('pino.serializers') as never
export const BINDINGS: unique symbol = Symbol('bindings')

interface Own {
  readonly [BINDINGS]: string
}

/** What pino-http (`customProps`) reads by symbols that each copy of pino makes for itself, by their descriptions. */
const BY_DESCRIPTION: ReadonlyMap<string | undefined, (logger: Own) => unknown> = new Map([
  ['pino.chindings', (logger: Own): unknown => logger[BINDINGS]],
  ['pino.stringify', () => (value: unknown) => encodeValue(value) ?? ''],
])

const CONSTANTS = {
  useOnlyCustomLevels: false,
  useLevelLabels: false,
  get version(): string {
    return (require('../../package.json') as { version: string }).version
  },
}

interface Members extends EventEmitter {
  onChild: (child: unknown) => void
  readonly useOnlyCustomLevels: boolean
  readonly useLevelLabels: boolean
  readonly version: string
}

function Empty(): void {}
Empty.prototype = new Proxy(
  Object.create(EventEmitter.prototype, Object.getOwnPropertyDescriptors(CONSTANTS)) as object,
  {
    get(target, key, logger) {
      const read = typeof key === 'symbol' ? BY_DESCRIPTION.get(key.description) : undefined
      return read ? read(logger as Own) : Reflect.get(target, key, logger)
    },
  },
)

/** A logger has listeners from the first `on()`: an emitter's constructor would give each child logger a table of them. */
export const Base = Empty as unknown as new () => Members

/** Emits `level-change` after `logger` had the level of this number. An exception of a listener is told on stderr. */
export function announceLevel(logger: Logger, before: number): void {
  const { level, levelVal, levels } = logger
  if (levelVal === before || logger.listenerCount('level-change') === 0) return
  try {
    logger.emit('level-change', level, levelVal, levels.labels[before], before, logger)
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', `a listener of level-change: ${reasonOf(error)}`)
  }
}
