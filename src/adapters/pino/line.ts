// Line: has pino format a record's line, with all of the logger's settings, without writing it.

import { type Library, type Logger, METADATA, type Metadata } from './library.js'

export interface Line extends Metadata {
  readonly text: string
}

interface Recorder {
  lastLevel: number
  lastObj: unknown
  lastMsg: unknown
  lastTime: unknown
  lastLogger: unknown
  text: string | undefined
  write(text: string): void
}

/**
 * Returns a function that takes a logger and the arguments of pino's own `write`. It returns undefined if pino wrote
 * nothing, and throws what a serializer throws.
 */
export function createFormatter(
  library: Library,
): (logger: Logger, object: unknown, message: unknown, level: number) => Line | undefined {
  const { streamSym, mixinSym } = library.pino.symbols
  const views = new WeakMap<Logger, Logger>()
  const recorder: Recorder & { [key: symbol]: unknown } = {
    [METADATA]: true,
    lastLevel: 0,
    lastObj: undefined,
    lastMsg: undefined,
    lastTime: undefined,
    lastLogger: undefined,
    text: undefined,
    write(text) {
      this.text = text
    },
  }
  // An object that inherits from the logger and differs only in its destination.
  const viewOf = (logger: Logger): Logger => {
    const known = views.get(logger)
    if (known) return known
    const view = Object.create(logger, {
      [streamSym]: { value: recorder },
      ...(logger[mixinSym] !== undefined && { [mixinSym]: { value: mixinOf(logger, mixinSym) } }),
    }) as Logger
    views.set(logger, view)
    return view
  }
  return (logger, object, message, level) => {
    library.write.call(viewOf(logger), object, message, level)
    const { text, lastLevel, lastObj, lastMsg, lastTime } = recorder
    recorder.text = undefined
    recorder.lastObj = undefined
    recorder.lastLogger = undefined
    if (text === undefined) return undefined
    return { text, lastLevel, lastObj, lastMsg, lastTime, lastLogger: logger }
  }
}

type Mixin = (object: unknown, level: number, logger: Logger) => unknown

// The application's function gets the logger, which it may compare or log with, and not our view of it.
function mixinOf(logger: Logger, mixinSym: symbol): Mixin {
  return (object, level) => (logger[mixinSym] as Mixin)(object, level, logger)
}
