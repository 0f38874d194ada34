// Library: types of what the adapter uses inside a loaded copy of pino.

/** A destination, as pino uses it. */
export interface Stream {
  write(text: string): unknown
  flushSync?(): void
  fd?: unknown
  /** The members of a `pino.multistream`. */
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

export type Write = (this: Logger, object: unknown, message: unknown, level: number) => void
type SetLevel = (this: Logger, level: unknown) => void
type Child = (this: Logger, bindings: { readonly name?: unknown }, ...rest: unknown[]) => Logger

/** The prototype of all loggers of a copy. */
export interface Prototype {
  child: Child
  [write: symbol]: Write | SetLevel
}

type SymbolName =
  | 'writeSym'
  | 'setLevelSym'
  | 'streamSym'
  | 'mixinSym'
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

/** A loaded copy of pino. `write` and `setLevel` are its own functions, without our patches. */
export interface Library {
  readonly pino: Pino
  /** Path of its main file. */
  readonly path: string
  readonly prototype: Prototype
  readonly write: Write
  readonly setLevel: SetLevel
}

/** A stream with this property set to true gets the `last…` properties before each line. */
export const METADATA: symbol = Symbol.for('pino.metadata')

/** Undefined if `exports` is not a version of pino that can be adapted. */
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

export function streamOf({ pino }: Pick<Library, 'pino'>, logger: Logger): Stream {
  return logger[pino.symbols.streamSym] as Stream
}

/** What pino sets on such a stream. Multistreams choose members by the level; pino-pretty uses the other properties. */
export interface Metadata {
  readonly lastLevel: number
  readonly lastObj: unknown
  readonly lastMsg: unknown
  readonly lastTime: unknown
  readonly lastLogger: unknown
}

/** Writes a formatted line as pino does. `metadata` is called only if the stream asks for it. */
export function writeLine(stream: Stream, line: string, metadata: () => Metadata): void {
  if (stream[METADATA] === true) Object.assign(stream, metadata())
  stream.write(line)
}
