// Bundled: lines of copies of pino whose files were never loaded as such, so that all that is known of them is the logger.

import type { AdapterContext } from '../kit/adapter.js'
import { isData } from '../kit/capture/stdio.js'
import { take } from '../kit/capture/take.js'
import { tryCapture } from '../kit/guard.js'
import { usualOf } from './bindings.js'
import type { Library, Logger, Stream } from './library.js'
import { describeLine } from './record.js'

/** What pino publishes when a line is finished. */
interface Message {
  readonly instance?: Logger
  readonly arguments?: readonly [object: unknown, message: unknown, level: number, time: unknown]
  readonly result?: unknown
}

/** Copies the line. Never throws: that would end the application. */
export function copyLine(message: unknown, context: AdapterContext): void {
  tryCapture('pino', () => {
    const { instance, arguments: args, result } = message as Message
    if (!instance || !args || typeof result !== 'string') return
    const [lastObj, lastMsg, lastLevel, lastTime] = args
    const library = libraryFor(instance)
    const stream = instance[library.pino.symbols.streamSym] as Stream
    if (isData(stream, context.capture)) return
    const line = { text: result, lastObj, lastMsg, lastLevel, lastTime, lastLogger: instance }
    take(
      { ...context, role: 'copy' },
      describeLine(library, instance, line, usualOf(library, instance)),
    )
  })
}

function prototypesOf(logger: object): readonly object[] {
  const prototypes: object[] = []
  for (let at: object | null = logger; at; at = Object.getPrototypeOf(at)) prototypes.push(at)
  return prototypes
}

const libraries = new WeakMap<object, Library>()

// Its symbols are found by their descriptions: `pino.stream` is what the library exports as `streamSym`.
function libraryFor(logger: Logger): Library {
  const prototypes = prototypesOf(logger)
  const last = prototypes.at(-2) ?? logger
  let library = libraries.get(last)
  if (!library) {
    const entries = prototypes
      .flatMap((each) => Object.getOwnPropertySymbols(each))
      .map((symbol) => [`${symbol.description?.replace('pino.', '')}Sym`, symbol])
    const symbols = Object.fromEntries(entries) as Library['pino']['symbols']
    library = { pino: { symbols, stdSerializers: {} } } as unknown as Library
    libraries.set(last, library)
  }
  return library
}
