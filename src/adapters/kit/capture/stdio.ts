// Stdio: tells whether a library's output to a standard stream is log output or data, which is left alone.

import { isMainThread } from 'node:worker_threads'
import { nextTick, process } from '../../../core/originals.js'
import type { Capture } from '../../../core/stdio.js'

/** Take what this thread has printed of a line that the console may end (gulp prints a time first). */
export const begun: { stdout?: () => string; stderr?: () => string } = {}

/** 1 or 2 if this is stdout or stderr, given as the stream or as an object with its file descriptor. */
export function standardOf(stream: { readonly fd?: unknown } | undefined): 1 | 2 | undefined {
  const fd = stream?.fd
  if (fd === 1 || fd === 2) return fd
  if (typeof fd === 'number') return undefined // without reading process.stdout, which takes longer
  if (stream === process.stdout) return 1
  return stream === process.stderr ? 2 : undefined
}

/**
 * Whether the stream is stdout or stderr and its output is data: the stream is not the root's, or the application has
 * replaced its `write`. False for all other streams.
 */
export function isData(stream: { readonly fd?: unknown }, { stdout, stderr }: Capture): boolean {
  const fd = standardOf(stream)
  if (fd === undefined) return false
  if (!(fd === 1 ? stdout : stderr)) return true
  const standard = fd === 1 ? process.stdout : process.stderr
  return stream === standard && isMocked(standard)
}

/** Whether the application has replaced the stream's `write`, as tests do. */
export function isMocked(stream: NodeJS.WriteStream): boolean {
  return stream.write !== (stream.constructor.prototype as NodeJS.WriteStream).write
}

/**
 * Whether a worker's text takes another way than its standard stream, because the application has replaced `write` or
 * `_writev`: such an application (synckit, for one) sends it to the parent, which prints it and captures it there.
 */
export function isForwarded(name: 'stdout' | 'stderr'): boolean {
  if (isMainThread) return false
  const stream = process[name] as NodeJS.WriteStream & { readonly _writev?: object }
  if (isMocked(stream)) return true
  return Object.hasOwn(stream, '_writev') && stream._writev !== undefined
}

let printing: string | undefined

/** Notes a text that was captured when it was formatted, before the library prints it. */
export function notePrinting(text: string): void {
  printing = text
}

/** Whether a chunk ends with the text that was noted last. */
export function wasNoted(chunk: unknown): boolean {
  return printing !== undefined && typeof chunk === 'string' && chunk.endsWith(printing)
}

/** Calls the callback among the arguments of a write, as a stream does that has written the text. */
export function callBack(args: readonly unknown[]): void {
  const done = args.find((arg) => typeof arg === 'function') as ((error: null) => void) | undefined
  if (done) nextTick(done, null)
}

let isListening = false
let heard: string | undefined

/** Runs `print`. Returns the text that was written to a standard stream last; undefined if none has come there as text. */
export function listen(print: () => void): string | undefined {
  isListening = true
  heard = undefined
  try {
    print()
    return heard
  } finally {
    isListening = false
  }
}

/** To be called with what is written to a standard stream. */
export function hear(chunk: unknown): void {
  if (isListening) heard = typeof chunk === 'string' ? chunk : undefined
}
