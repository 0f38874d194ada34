// The loglevel adapter: loggers are known by name. It stands before a logger's method, so that what plugins put into
// `methodFactory` (a prefix, a remote) is done in the root, once.

import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { canDefer, errorAmong, takeDeferred, take as takeRecord } from '../kit/capture/take.js'
import { messageOf, packArgs, packPlain, unpackArgs } from '../kit/capture/values.js'
import { relayInto, tryCapture } from '../kit/guard.js'
import { hookPackage } from '../kit/hook/package.js'

type Method = (...args: unknown[]) => void
type Setter = 'setLevel' | 'resetLevel' | 'rebuild'

interface Logger {
  name?: string | symbol
  log?: Method
  getLevel(): number
  setLevel(level: number, persist: boolean): void
  getLogger(name: string | symbol): Logger
  getLoggers(): Record<string | symbol, Logger>
  methodFactory(method: string, level: number, name: string | symbol | undefined): Method
}

interface Extra {
  readonly method: string
  readonly args: unknown
}

const PACKAGE = {
  name: 'loglevel',
  main: /[\\/]loglevel[\\/]lib[\\/]loglevel\.js$/,
  internal: true,
}
const METHODS = ['trace', 'debug', 'info', 'warn', 'error'] as const
const SETTERS: readonly Setter[] = ['setLevel', 'resetLevel', 'rebuild']
const SILENT = 100
/** The level a logger was set to at first. */
const AT_FIRST = 'loglevel-at-first'

/** The default loggers of the copies that are loaded here. */
const copies = new Set<Logger>()

export const loglevelAdapter: Adapter = {
  name: 'loglevel',

  install(context) {
    const state: State = {
      context,
      seen: new WeakSet(),
      explicit: new WeakSet(),
      first: new WeakSet(),
      active: true,
      isFollowing: false,
    }
    const unhook = hookPackage(PACKAGE, (exports) => {
      if (!isLoglevel(exports)) return
      copies.add(exports)
      adopt(exports, state)
      const { getLogger } = exports
      exports.getLogger = function (this: unknown, name) {
        const logger = getLogger.call(this, name)
        adopt(logger, state)
        return logger
      }
      for (const logger of Object.values(exports.getLoggers())) adopt(logger, state)
    })
    const unwatch = context.levels.watch(() => {
      if (context.role !== 'take') return
      for (const copy of copies) {
        for (const logger of [copy, ...Object.values(copy.getLoggers())]) follow(logger, state)
      }
    })
    return () => {
      state.active = false
      unhook()
      unwatch()
    }
  },

  // The level has been checked in the child: the method is made as for an enabled one.
  relay({ name }, text) {
    const logger = find(name)
    if (text === undefined) return false
    if (!logger) return undefined
    const { method, args } = JSON.parse(text) as Extra
    return relayInto('loglevel', () => {
      const write = logger.methodFactory(method, logger.getLevel(), logger.name)
      if (method === 'trace') withoutStack(() => write(...unpackArgs(args)))
      else write(...unpackArgs(args))
    })
  },
}

interface State {
  readonly context: AdapterContext
  readonly seen: WeakSet<Logger>
  /** Loggers whose level the application has set here. */
  readonly explicit: WeakSet<Logger>
  /** Loggers whose level was set at least once. */
  readonly first: WeakSet<Logger>
  active: boolean
  /** Whether it is us who set a level. */
  isFollowing: boolean
}

// The library puts its methods in place anew whenever a level is set: then they are wrapped again. What an application
// puts in their place itself, a mock, stays.
function adopt(logger: Logger, state: State): void {
  if (state.seen.has(logger)) return
  state.seen.add(logger)
  follow(logger, state)
  wrapMethods(logger, state)
  const setters = logger as unknown as Record<Setter, Method | undefined>
  for (const setter of SETTERS) {
    const original = setters[setter]
    if (!original) continue
    setters[setter] = function (this: unknown, ...args: unknown[]) {
      const result = original.apply(this, args)
      if (setter === 'setLevel' && !state.isFollowing) wasSet(logger, state)
      else if (setter === 'resetLevel') state.explicit.delete(logger)
      if (state.active) wrapMethods(logger, state)
      return result
    }
  }
}

// A program sets its levels when it begins: a child that sets what the root has set has none of its own.
function wasSet(logger: Logger, state: State): void {
  const { context, explicit, first } = state
  const { role, levels } = context
  const name = nameOf(logger)
  const level = thresholdOf(logger.getLevel())
  const known = levels.find(AT_FIRST, name)
  const isFirst = !first.has(logger)
  first.add(logger)
  if (role !== 'take') {
    if (known === undefined) levels.announce(AT_FIRST, name, level)
  } else if (isFirst && known === level) follow(logger, state)
  else explicit.add(logger)
}

function wrapMethods(logger: Logger, state: State): void {
  const { context } = state
  const level = logger.getLevel()
  if (context.role !== 'take') {
    context.levels.announce('loglevel', nameOf(logger), thresholdOf(level))
  }
  if (context.role === 'track') return
  const methods = logger as unknown as Record<string, Method>
  for (const [index, method] of METHODS.entries()) {
    const original = methods[method]
    if (index < level || !original) continue
    methods[method] = wrap(original, logger, index, state)
  }
  if (methods.debug) logger.log = methods.debug
}

function wrap(original: Method, logger: Logger, index: number, state: State): Method {
  const { context } = state
  const method = METHODS[index] as string
  const isCaptured = context.capture[index === 0 || index > 2 ? 'stderr' : 'stdout']
  return function (this: unknown, ...args: unknown[]) {
    if (!state.active || isRelaying()) return original.apply(this, args)
    if (context.role === 'copy') whileRelaying(() => original.apply(this, args))
    else if (!isCaptured) return original.apply(this, args)
    const isTaken = tryCapture('loglevel', () =>
      take(logger, method, (index + 1) * 10, args, context),
    )
    if (!isTaken && context.role === 'take') original.apply(this, args)
  }
}

function take(
  logger: Logger,
  method: string,
  level: number,
  args: readonly unknown[],
  context: AdapterContext,
): void {
  const name = nameOf(logger)
  const plain = canDefer(context) ? packPlain(args) : undefined
  const extra = context.relays
    ? `{"method":"${method}","args":${plain ?? packArgs(args)}}`
    : undefined
  if (plain && extra && takeDeferred(context, 'loglevel', name, level, extra)) return
  takeRecord(context, {
    lib: 'loglevel',
    name,
    level,
    msg: messageOf(args),
    error: errorAmong(args),
    extra,
  })
}

// In a child: the root's level, unless the application has set one here.
function follow(logger: Logger, state: State): void {
  const { context, explicit } = state
  if (context.role !== 'take' || explicit.has(logger)) return
  const level = context.levels.find('loglevel', nameOf(logger))
  if (level === undefined) return
  state.isFollowing = true
  try {
    logger.setLevel(Math.min(Math.max(Math.ceil(level / 10) - 1, 0), METHODS.length), false)
  } finally {
    state.isFollowing = false
  }
}

function find(name: string): Logger | undefined {
  for (const copy of copies) {
    const loggers = copy.getLoggers()
    if (Object.hasOwn(loggers, name)) return loggers[name]
  }
  const [first] = copies
  return first
}

function thresholdOf(level: number): number {
  return level >= METHODS.length ? SILENT : (level + 1) * 10
}

function nameOf({ name }: Logger): string {
  return typeof name === 'symbol' ? (name.description ?? 'loglevel') : (name ?? 'loglevel')
}

// The method prints where it was called: here, which says nothing.
function withoutStack(act: () => void): void {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    act()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function isLoglevel(exports: unknown): exports is Logger {
  const { getLogger, methodFactory, getLoggers } = exports as Partial<Logger>
  return [getLogger, methodFactory, getLoggers].every((member) => typeof member === 'function')
}
