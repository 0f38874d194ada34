// Library: what the adapter knows of a loaded copy of pino.

/** A destination, as pino uses it. */
export interface Stream {
  write(text: string): unknown
  flushSync?(): void
  fd?: unknown
  /** A multistream's. */
  streams?: { stream: Stream }[]
  [key: symbol]: unknown
}

export interface Logger {
  level: string
  readonly levels: {
    readonly labels: Readonly<Record<number, string>>
    readonly values: Readonly<Record<string, number>>
  }
  [key: symbol]: unknown
}

type Write = (this: Logger, object: unknown, message: unknown, level: number) => void
type SetLevel = (this: Logger, level: unknown) => void
type Child = (this: Logger, bindings: { readonly name?: unknown }, ...rest: unknown[]) => Logger

/** What all loggers of a copy inherit from. */
export interface Prototype {
  child: Child
  [write: symbol]: Write | SetLevel
}

type SymbolName =
  | 'writeSym'
  | 'setLevelSym'
  | 'streamSym'
  | 'chindingsSym'
  | 'serializersSym'
  | 'stringifiersSym'
  | 'wildcardFirstSym'
  | 'formattersSym'
  | 'nestedKeySym'
  | 'messageKeySym'
  | 'errorKeySym'

export interface Pino {
  (...args: unknown[]): Logger
  readonly symbols: Readonly<Record<SymbolName, symbol>>
  readonly stdSerializers: { readonly err: unknown }
  destination(target?: unknown): Stream
  transport(options: object): Stream
}

export interface Library {
  readonly pino: Pino
  /** Path of its main file. */
  readonly path: string
  readonly prototype: Prototype
  readonly write: Write
  readonly setLevel: SetLevel
}

/** Set on streams that want to know of the record besides its line. */
export const METADATA: symbol = Symbol.for('pino.metadata')

/** Undefined for what is no pino that can be adapted. */
export function libraryOf(exports: unknown, path: string): Library | undefined {
  const pino = exports as Pino
  if (typeof pino !== 'function' || typeof pino.symbols?.writeSym !== 'symbol') return undefined
  const logger = pino({ level: 'silent' }, { write() {} })
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf(logger)) as Prototype
  const write = prototype[pino.symbols.writeSym] as Write | undefined
  const setLevel = prototype[pino.symbols.setLevelSym] as SetLevel | undefined
  if (typeof write !== 'function' || typeof setLevel !== 'function') return undefined
  return { pino, path, prototype, write, setLevel }
}

/** What the libary itself sets before it writes: multistreams choose by it, pretty printers show it. */
export interface Metadata {
  readonly lastLevel: number
  readonly lastObj: unknown
  readonly lastMsg: unknown
  readonly lastTime: unknown
  readonly lastLogger: unknown
}

/** Writes a finished line as pino does. */
export function deliver(stream: Stream, line: string, metadata: () => Metadata): void {
  if (stream[METADATA] === true) Object.assign(stream, metadata())
  stream.write(line)
}
