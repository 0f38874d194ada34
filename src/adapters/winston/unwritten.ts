// Unwritten: writes what winston's loggers and their files hold when the process exits, because they write nothing more.
//
// From then on a File transport writes within the call, so that all that waits for it gets on by itself: the records in the
// transport, those in its logger, and those that follow.

import type { EventEmitter } from 'node:events'
import { join, resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pathOf } from '../kit/paths.js'
import { append, takeBuffered, waitForGrowth, writeStream } from '../kit/relay/unwritten.js'
import { release } from './backpressure.js'
import { type Info, type Logger, MESSAGE, type Transport } from './library.js'
import { filesIn } from './rotator.js'
import { filesAmong, innermost } from './transports.js'

type Pipe = Readable & Writable

/** The parts of a File transport that it writes through: `_stream` is piped into `_dest`, the file. */
interface File extends Pick<EventEmitter, 'emit'> {
  readonly dirname: string
  readonly filename: string
  readonly eol: string
  readonly silent?: boolean
  readonly lazy?: boolean
  readonly _opening?: boolean
  readonly _stream: Pipe
  readonly _dest?: Writable & { readonly pending?: boolean }
  _rotate?: boolean
  _drain?: boolean
  log(info: Info, callback?: () => void): unknown
  /** The name of the file that it opens next. */
  _getFile(): string
}

type Logged = Transport & File

/** Text that follows what is in the files. */
const texts = new Map<string, Buffer[]>()
const atOnce = new WeakSet<Transport>()

/** Writes what the logger and its files hold. What it is given later is written by the next call. */
export function writeLogger(logger: Logger): void {
  const files = filesAmong(logger).map(innermost)
  for (const each of files) if (isFile(each)) writeAtOnce(each)
  release(logger)
  pass(logger, files)
  for (const [path, chunks] of texts) append(path, Buffer.concat(chunks))
  texts.clear()
  for (const each of files)
    for (const stream of filesIn(each as object) ?? [each._stream]) writeStream(stream)
}

/** Whether the files of the logger are written within the call. */
export function isWrittenAtOnce(logger: Logger): boolean {
  return filesAmong(logger).every((each) => {
    const transport = innermost(each)
    return !isFile(transport) || atOnce.has(transport)
  })
}

function isFile(transport: Transport): transport is Logged {
  const { dirname, eol, _getFile } = transport as unknown as Partial<File>
  return dirname !== undefined && typeof eol === 'string' && typeof _getFile === 'function'
}

function writeAtOnce(transport: Logged): void {
  if (atOnce.has(transport)) return
  atOnce.add(transport)
  const { dirname, _opening, lazy, _dest, _stream } = transport
  const path = resolve(join(dirname, _opening ? transport._getFile() : transport.filename))
  const add = (chunks: readonly Buffer[]): void => {
    if (chunks.length > 0) texts.set(path, [...(texts.get(path) ?? []), ...chunks])
  }
  if (_dest) {
    const { chunks, length } = takeBuffered(_dest)
    if (_dest.writableLength > length) waitForGrowth(pathOf(_dest) ?? path)
    add(chunks)
  }
  // Set, it keeps the transport from rotating its file.
  transport._rotate = true
  add(restOf(_stream, _dest))
  const log = (info: Info, callback?: () => void): void => {
    if (!transport.silent) {
      add([Buffer.from(`${info[MESSAGE]}${transport.eol}`)])
      transport.emit('logged', info)
    }
    callback?.()
  }
  Object.defineProperty(transport, 'log', { value: log, configurable: true, writable: true })
  // What the transport has got and not written waits for one of these.
  for (const event of ['drain', 'rotate']) _stream.emit(event)
  if (lazy) transport.emit('open', path)
}

function restOf(stream: Pipe, file: Writable | undefined): Buffer[] {
  if (file) stream.unpipe(file)
  const chunks: Buffer[] = []
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk)
  return chunks
}

// A logger stops while one of its transports is behind. What is in it then goes to its files alone.
function pass(logger: Logger, files: readonly Transport[]): void {
  const source = logger as unknown as Readable
  if (!logger.readableLength && !logger.writableLength) return
  source.unpipe()
  for (let info = source.read(); info !== null; info = source.read())
    for (const each of files) each.write(info)
}
