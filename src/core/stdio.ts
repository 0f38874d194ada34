// Stdio: whether stdout and stderr of a process are the root's, so that output there is log text rather than data.

import { fstatSync, writeSync as originalWriteSync } from 'node:fs'
import { Socket } from 'node:net'
import { process } from './originals.js'

/** `fs.writeSync`, for our own text: what a child writes with the function itself becomes records. */
export const writeSync: typeof originalWriteSync = originalWriteSync

/** Which of a thread's streams are captured: those that lead to the same file as the root's. */
export interface Capture {
  readonly stdout: boolean
  readonly stderr: boolean
}

/** The files behind stdout and stderr as `device:inode`; undefined for a closed stream. */
export interface StdioIds {
  readonly stdout?: string | undefined
  readonly stderr?: string | undefined
}

/** The files behind this process's stdout and stderr. */
export function stdioIds(): StdioIds {
  return { stdout: fileId(1), stderr: fileId(2) }
}

/** The streams that lead to the same file in this process as in the root. */
export function sharedStdio(root: StdioIds): Capture {
  const own = stdioIds()
  return {
    stdout: own.stdout !== undefined && own.stdout === root.stdout,
    stderr: own.stderr !== undefined && own.stderr === root.stderr,
  }
}

const captured = new WeakSet<Uint8Array>()
let passing: string | undefined

/** Whether a child has made records of this chunk, which only passes through its parent's streams. */
export function isCaptured(chunk: string | Uint8Array): boolean {
  return typeof chunk === 'string' ? chunk === passing : captured.has(chunk)
}

/** Marks a chunk as captured, and its text while `pass` runs, which may decode it. */
export function passCaptured<T>(chunk: Uint8Array, text: string | undefined, pass: () => T): T {
  captured.add(chunk)
  const before = passing
  passing = text
  try {
    return pass()
  } finally {
    passing = before
  }
}

let noticing: string | undefined

/** Whether the text is a notice, which is printed whatever handlers there are. */
export function isNotice(text: unknown): boolean {
  return noticing !== undefined && text === noticing
}

/** Runs `pass`, which prints the notice on a standard stream. */
export function passNotice(text: string, pass: () => void): void {
  noticing = text
  try {
    pass()
  } finally {
    noticing = undefined
  }
}

/**
 * Calls `opened` when the application first uses the stream, because opening it takes milliseconds. Returns the undo, which
 * also calls what `opened` returned.
 */
export function onceOpened(
  name: 'stdout' | 'stderr',
  opened: (stream: NodeJS.WriteStream) => () => void,
): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(process, name)
  const original = descriptor?.get
  if (!original || !descriptor.configurable) return () => {}
  let undo: (() => void) | undefined
  const get = function (this: unknown): NodeJS.WriteStream {
    const stream = original.call(this) as NodeJS.WriteStream
    if (!undo) {
      undo = () => {} // `opened` may ask for the stream
      try {
        undo = opened(stream)
      } catch {
        // The stream works as without logshare.
      }
    }
    return stream
  }
  Object.defineProperty(get, 'name', { value: original.name, configurable: true })
  Object.defineProperty(process, name, { ...descriptor, get })
  return () => {
    if (Object.getOwnPropertyDescriptor(process, name)?.get === get)
      Object.defineProperty(process, name, descriptor)
    undo?.()
  }
}

/**
 * Gives a stream methods of ours. Loggers and test frameworks compare `stream.write` with the method of the stream's class,
 * to see whether somebody has replaced it: so the stream gets a class of its own, which inherits from its class and has the
 * same name. Returns the undo.
 */
export function inherit(stream: NodeJS.WriteStream, methods: object): () => void {
  const original = Object.getPrototypeOf(stream) as object & { constructor: { name: string } }
  const { constructor: base } = original
  const shell = (): void => {}
  const prototype = Object.create(original) as object
  for (const [name, value] of Object.entries({ constructor: shell, ...methods }))
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true })
  Object.defineProperty(shell, 'name', { value: base.name, configurable: true })
  Object.setPrototypeOf(shell, base)
  Object.defineProperty(shell, 'prototype', { value: prototype })
  Object.setPrototypeOf(stream, prototype)
  return () => {
    if (Object.getPrototypeOf(stream) === prototype) Object.setPrototypeOf(stream, original)
  }
}

/** Whether a stream takes this as text. */
export function isText(chunk: unknown): chunk is string | Uint8Array {
  return typeof chunk === 'string' || chunk instanceof Uint8Array
}

function fileId(fd: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

// Kept at load: tracers wrap it, and a connection of logshare's own is no span of the application's.
const { connect } = Socket.prototype

/** Connects to a Unix socket. */
export function connectSocket(path: string): Socket {
  return connect.call(new Socket(), path)
}
