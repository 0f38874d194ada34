// Output: text that a worker prints reaches its parent although the worker is terminated or the parent exits.
//
// Node posts a worker's first chunk at once and keeps the next ones in the worker until the parent has asked for more.
// Here each chunk is posted at once: Node itself reads what was posted before it tells the parent of the worker's end.

import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import { type Capture, onceOpened, ownMethods, passCaptured } from '../core/stdio.js'

type Done = (error?: Error | null) => void
type Chunks = readonly { readonly chunk: unknown; readonly encoding: BufferEncoding }[]

interface WorkerStream extends NodeJS.WritableStream {
  _writev?: (chunks: Chunks, done: Done) => void
  readonly [key: symbol]: unknown
}

const NAMES = ['stdout', 'stderr'] as const

/** In a worker: has its standard streams post what is written at once; returns the undo. */
export function postAtOnce(): () => void {
  const undo = NAMES.map((name) => onceOpened(name, (stream) => patch(stream as never)))
  return () => {
    for (const each of undo) each()
  }
}

function patch(stream: WorkerStream): () => void {
  const { _writev: original } = stream
  const asksForMore = symbolOf(stream, 'kStdioWantsMoreDataCallback')
  if (!original || !asksForMore) return () => {}
  const writev = function (this: WorkerStream, chunks: Chunks, done: Done): void {
    original.call(this, chunks, done)
    ;(this[asksForMore] as () => void)()
  }
  ownMethods.add(writev)
  Object.defineProperty(stream, '_writev', { value: writev, configurable: true, writable: true })
  return () => {
    Reflect.deleteProperty(stream, '_writev')
  }
}

/** Text of a worker that has made records of it itself is not to become records of its parent's, through which it goes. */
export function markCaptured(worker: Worker, capture: Capture): void {
  for (const name of NAMES) {
    if (!capture[name]) continue
    const stream = worker[name]
    const { push } = stream
    const marked = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array))
        return push.call(stream, chunk, encoding)
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : asBuffer(chunk)
      const text = stream.readableEncoding === null ? undefined : bytes.toString()
      return passCaptured(bytes, text, () => push.call(stream, bytes))
    }
    Object.defineProperty(stream, 'push', { value: marked, configurable: true, writable: true })
  }
}

// The very object that the stream hands on.
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** Prints what workers have posted and their parent has not read yet: to be called when it exits. */
export function drainOutput(workers: Iterable<Worker>): void {
  for (const worker of workers) drain(worker as never)
}

function drain(worker: { readonly [key: symbol]: unknown }): void {
  const port = symbolOf(worker, 'kPort')
  const onMessage = symbolOf(worker, 'kOnMessage')
  if (!port || !onMessage || !worker[port]) return
  for (;;) {
    const received = receiveMessageOnPort(worker[port] as MessagePort) as
      | { readonly message: { readonly type?: unknown } }
      | undefined
    if (!received) return
    // Everything else that a worker tells its parent comes too late.
    if (received.message.type === 'stdioPayload')
      (worker[onMessage] as (message: unknown) => void).call(worker, received.message)
  }
}

function symbolOf(target: object, description: string): symbol | undefined {
  for (let at: object | null = target; at; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertySymbols(at).find((each) => each.description === description)
    if (found) return found
  }
  return undefined
}
