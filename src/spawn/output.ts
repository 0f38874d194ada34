// Output: ensures that what a worker printed is shown, also when the worker is terminated or its parent exits.
//
// Node posts a worker's first chunk to the parent and keeps the next ones in the worker until the parent asks for more.
// These are lost when the worker is terminated. With this patch each chunk is posted at once. Node reads posted chunks before
// it emits the worker's 'exit'.

import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import { type Capture, onceOpened, ownMethods, passCaptured } from '../core/stdio.js'

type Done = (error?: Error | null) => void
type Chunks = readonly { readonly chunk: unknown; readonly encoding: BufferEncoding }[]

interface WorkerStream extends NodeJS.WritableStream {
  _writev?: (chunks: Chunks, done: Done) => void
  readonly [key: symbol]: unknown
}

const NAMES = ['stdout', 'stderr'] as const

/** In a worker: makes its standard streams post each chunk at once. Returns the undo. */
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

/** Marks a worker's text that the worker has captured, so that its parent, whose streams it passes, does not capture it. */
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

function drain(worker: { readonly [key: symbol]: unknown }): void {
  const port = symbolOf(worker, 'kPort')
  const onMessage = symbolOf(worker, 'kOnMessage')
  if (!port || !onMessage || !worker[port]) return
  for (;;) {
    const received = receiveMessageOnPort(worker[port] as MessagePort) as
      | { readonly message: { readonly type?: unknown } }
      | undefined
    if (!received) return
    // Other messages of a worker are too late when its parent exits.
    if (received.message.type === 'stdioPayload')
      (worker[onMessage] as (message: unknown) => void).call(worker, received.message)
  }
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
