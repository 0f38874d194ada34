// Output: ensures that what a worker printed is shown, also when the worker is terminated or its parent exits.
//
// Node posts a worker's first chunk to the parent and keeps the next ones in the worker until the parent asks for more.
// These are lost when the worker is terminated. With this patch each chunk is posted at once. Node reads posted chunks
// before it emits the worker's 'exit'.

import type { Readable } from 'node:stream'
import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import { before } from '../core/front.js'
import { setImmediate } from '../core/originals.js'
import { type Capture, inherit, isText, onceOpened, passCaptured } from '../core/stdio.js'
import type { MailboxReader, MailboxWriter } from './mailbox.js'

type Done = (error?: Error | null) => void
interface Chunk {
  readonly chunk: string | Uint8Array
  readonly encoding: string
}

type WorkerStream = NodeJS.WriteStream & {
  _writev?: (chunks: readonly Chunk[], done: Done) => void
  readonly [key: symbol]: unknown
}

/** Type of Node's messages with a worker's text. */
const PAYLOAD = 'stdioPayload'
/** In place of an encoding: the next text does not wait for an answer. */
const EARLY = 'logshare-early'
/** The same: the mailbox has text. With the first of these messages it comes itself. */
const MAILED = 'logshare-mailed'
const NOTHING: Chunk = { chunk: '', encoding: 'utf8' }
const NAMES = ['stdout', 'stderr'] as const
/** A worker that posts more texts at once than this gets a mailbox. */
const MANY = 32

/** In a worker: makes its standard streams post each chunk at once. Returns the undo. */
export function postAtOnce(): () => void {
  const undo = NAMES.map((name) => onceOpened(name, (stream) => patch(name, stream as never)))
  return () => {
    for (const each of undo) each()
  }
}

// A stream posts one write, waits for the parent's answer and then posts what was written meanwhile. The application may
// wait for that by `writableLength` or a callback (piscina does), so it stays: only the text of what waits is posted at
// once, and later an empty text in its place.
function patch(name: (typeof NAMES)[number], stream: WorkerStream): () => void {
  const { write, _writev: writev } = stream
  const key = symbolOf(stream, 'kPort')
  if (!writev || !key) return () => {}
  /** Of each write that waits in the stream, whether its text has been posted. */
  let waiting: boolean[] = []
  let unposted = 0
  let isAsking = false
  const port = stream[key] as MessagePort
  const post = (chunk: string | Uint8Array, encoding: unknown): void => {
    const given = typeof encoding === 'string' ? encoding : 'utf8'
    if (typeof chunk !== 'string' || !mail(port, name, chunk, given))
      postText(port, name, { chunk, encoding: given })
  }
  const prototype = {
    write(this: unknown, ...args: unknown[]): boolean {
      const [chunk, encoding] = args
      const isCorked = stream.writableCorked > 0
      if (this === stream && (isAsking || isCorked) && stream.writable && isText(chunk)) {
        const isNext = !isCorked && unposted === 0
        if (isNext) post(chunk, encoding)
        else unposted++
        waiting.push(isNext)
      }
      return write.apply(this as never, args as never)
    },
    _writev(this: WorkerStream, chunks: readonly Chunk[], done: Done): void {
      const posted = waiting.slice(0, chunks.length)
      const left = chunks.filter((_chunk, index) => !posted[index])
      waiting = waiting.slice(chunks.length)
      unposted -= posted.filter((is) => !is).length
      isAsking = true
      const given = left.length > 0 ? left : [NOTHING]
      mailbox?.posted(given.length)
      const asked = before(done, () => {
        isAsking = false
      })
      writev.call(this, given, asked)
    },
  }
  return inherit(stream, prototype)
}

let mailbox: MailboxWriter | undefined
let texts = 0

// Both streams of a worker have the same port and the same mailbox.
function mail(port: MessagePort, name: string, text: string, encoding: string): boolean {
  if (!mailbox && ++texts <= MANY) return false
  if (encoding !== 'utf8') return false
  if (!mailbox) {
    const { MailboxWriter } = require('./mailbox.js') as typeof import('./mailbox.js')
    mailbox = new MailboxWriter(() => postChunks(port, name, [{ chunk: '', encoding: MAILED }]))
    postChunks(port, name, [{ chunk: mailbox.memory as never, encoding: MAILED }])
  }
  return mailbox.write(name === 'stdout' ? 0 : 1, text)
}

function postText(port: MessagePort, name: string, chunk: Chunk): void {
  mailbox?.posted(1)
  postChunks(port, name, [{ chunk: '', encoding: EARLY }, chunk])
}

function postChunks(port: MessagePort, stream: string, chunks: readonly Chunk[]): void {
  port.postMessage({ type: PAYLOAD, stream, chunks })
}

/**
 * In the parent of a worker: marks the text that the worker has captured, so that the parent, whose streams it passes, does
 * not capture it. Text that was posted early is not answered: the worker does not wait for that.
 */
export function receiveOutput(worker: Worker, capture: Capture): void {
  let mailbox: MailboxReader | undefined
  const outlets = NAMES.map((name) => createOutlet(worker[name], capture[name]))
  const read = (): void => {
    try {
      mailbox?.read((index, bytes) => outlets[index]?.(bytes))
    } catch (error) {
      soon(read) // a listener of the application's threw
      throw error
    }
  }
  const open = (chunk: unknown): void => {
    const { MailboxReader } = require('./mailbox.js') as typeof import('./mailbox.js')
    if (chunk instanceof SharedArrayBuffer) mailbox = new MailboxReader(chunk)
    else read()
  }
  for (const [index, name] of NAMES.entries()) {
    const stream = worker[name]
    const { _read: answer } = stream
    let isEarly = false
    let owes = true // Node's first answer comes before any text
    const pass = outlets[index] as (chunk: unknown, encoding?: BufferEncoding) => boolean
    const methods = {
      push(chunk: unknown, encoding?: BufferEncoding | Mark): boolean {
        if (encoding === MAILED) {
          open(chunk)
          return true
        }
        if (encoding === EARLY) {
          isEarly = true
          return true
        }
        read()
        if (chunk !== null) mailbox?.arrived()
        owes ||= !isEarly
        isEarly = false
        if (owes && isLeft(stream)) methods._read(0)
        const isOpen = pass(chunk, encoding)
        read()
        return isOpen
      },
      _read(size: number): void {
        if (!owes) return
        owes = false
        answer.call(stream, size)
      },
    }
    for (const [key, value] of Object.entries(methods))
      Object.defineProperty(stream, key, { value, configurable: true, writable: true })
  }
}

type Mark = typeof EARLY | typeof MAILED

const soon = setImmediate

// Returns the stream's own `push`, which marks what the worker has captured.
function createOutlet(
  stream: Readable,
  isCaptured: boolean,
): (chunk: unknown, encoding?: BufferEncoding) => boolean {
  const { push } = stream
  return (chunk, encoding) => {
    if (!isCaptured || !isText(chunk)) return push.call(stream, chunk, encoding)
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : asBuffer(chunk)
    const text = stream.readableEncoding === null ? undefined : bytes.toString()
    return passCaptured(bytes, text, () => push.call(stream, bytes))
  }
}

// Whether nothing reads the stream: Node has taken it away from an output that failed (EPIPE). From 16 KiB on, the worker
// would wait for ever.
function isLeft(stream: Readable): boolean {
  if (stream.readableFlowing !== false) return false
  return stream.listenerCount('data') + stream.listenerCount('readable') === 0
}

// The stream passes on this very object.
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** Prints what workers have posted and this thread has not read yet. Called when it exits. Never throws. */
export function drainOutput(workers: Iterable<Worker>): void {
  for (const worker of workers) {
    try {
      drain(worker as never)
      // A slow reader has paused these streams. Reading emits what they hold to whoever they are piped to.
      for (const name of NAMES) while (worker[name].read() !== null);
    } catch {
      // An error listener of the application's stream threw. The process is about to end.
    }
  }
}

// Other messages of a worker are too late when its parent exits.
function drain(worker: WorkerInside): void {
  for (let next = receiveTexts(worker); next; next = receiveTexts(worker));
}

/** Receives texts up to a message of another kind. Returns a function that receives that. */
function receiveTexts(worker: WorkerInside): (() => void) | undefined {
  const port = symbolOf(worker, 'kPort')
  const onMessage = symbolOf(worker, 'kOnMessage')
  if (!port || !onMessage) return undefined
  const receive = (message: unknown): void =>
    (worker[onMessage] as (message: unknown) => void).call(worker, message)
  while (worker[port]) {
    const received = receiveMessageOnPort(worker[port] as MessagePort) as
      | { readonly message: { readonly type?: unknown } }
      | undefined
    if (!received) break
    const { message } = received
    if (message.type !== PAYLOAD) return () => receive(message)
    receive(message)
  }
  return undefined
}

interface WorkerInside {
  readonly [key: symbol]: unknown
}

/** By this method Node hands a message to the listeners of a port (lib/internal/per_context/messageport.js). */
const DISPATCH = Symbol.for('nodejs.internal.kHybridDispatch')

/**
 * Receives what a worker has printed before each message that it has posted to its parent. Node reads the texts and the
 * messages from two ports, in any order; an application tells by a message that it has printed.
 */
export function receiveInOrder(worker: WorkerInside): void {
  const key = symbolOf(worker, 'kPublicPort')
  const port = key && (worker[key] as Record<symbol, unknown> | null)
  const dispatch = port?.[DISPATCH]
  if (!port || typeof dispatch !== 'function') return
  const value = function (this: unknown, ...args: unknown[]): unknown {
    const next = receiveTexts(worker)
    try {
      return dispatch.apply(this, args)
    } finally {
      next?.()
    }
  }
  Object.defineProperty(port, DISPATCH, { value, configurable: true, writable: true })
}

interface Handle {
  onexit?: (...args: unknown[]) => unknown
}

/** Node's own handle of a Worker. */
export function handleOf(worker: Worker): Handle | null | undefined {
  const key = symbolOf(worker, 'kHandle')
  return key && (worker as unknown as Record<symbol, Handle | null>)[key]
}

function symbolOf(target: object, description: string): symbol | undefined {
  for (let at: object | null = target; at; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertySymbols(at).find((each) => each.description === description)
    if (found) return found
  }
  return undefined
}
