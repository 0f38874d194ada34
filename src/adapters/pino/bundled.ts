// Bundled: copies a line of a bundled pino, of which only the logger is known. Loaded with the first such line.

import type { AdapterContext } from '../kit/adapter.js'
import { isData, notePrinting } from '../kit/capture/stdio.js'
import { take } from '../kit/capture/take.js'
import { tryCapture } from '../kit/guard.js'
import { factsOf } from './bindings.js'
import { type Library, type Logger, streamOf } from './library.js'
import { toRecord } from './record.js'

/** What pino publishes after it has formatted a line. */
interface Message {
  readonly instance?: Logger
  readonly arguments?: readonly [object: unknown, message: unknown, level: number, time: unknown]
  readonly result?: unknown
}

/** Puts a copy of the line on the queue. Never throws: an exception in a channel's subscriber ends the process. */
export function copyLine(message: unknown, context: AdapterContext): void {
  tryCapture('pino', () => {
    const { instance, arguments: args, result } = message as Message
    if (!instance || !args || typeof result !== 'string') return
    const [lastObj, lastMsg, lastLevel, lastTime] = args
    const library = libraryFor(instance)
    if (isData(streamOf(library, instance), context.capture)) return
    const line = { text: result, lastObj, lastMsg, lastLevel, lastTime, lastLogger: instance }
    const facts = factsOf(library, instance)
    take({ ...context, role: 'copy' }, toRecord(library, instance, line, facts))
    notePrinting(result)
  })
}

function prototypesOf(logger: object): readonly object[] {
  const prototypes: object[] = []
  for (let at: object | null = logger; at; at = Object.getPrototypeOf(at)) prototypes.push(at)
  return prototypes
}

const libraries = new WeakMap<object, Library>()

// Finds pino's symbols by their descriptions: the library exports the symbol `pino.stream` as `streamSym`.
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
