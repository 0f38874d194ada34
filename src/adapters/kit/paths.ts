// Paths: which files the root's loggers write. A child's logger leaves those to the root and writes everything else itself.

import { resolve } from 'node:path'
import type { AdapterContext } from './adapter.js'

// Streams of `fs.createWriteStream`, of rotating-file-stream, and of sonic-boom.
interface FileStream {
  readonly path?: unknown
  readonly filename?: unknown
  readonly file?: unknown
  readonly bytesWritten?: unknown
}

const paths = new WeakMap<object, string>()

/** The path of the file that the stream writes; undefined for any other stream. */
export function pathOf(stream: unknown): string | undefined {
  if (typeof stream !== 'object' || stream === null) return undefined
  const known = paths.get(stream)
  if (known !== undefined) return known
  const { path, filename, file } = stream as FileStream
  const given = 'bytesWritten' in stream ? path : (filename ?? file)
  if (typeof given !== 'string' || given === '') return undefined
  const found = resolve(given)
  paths.set(stream, found)
  return found
}

/** Notes the file of a stream that opens it later, and does not tell it until then. */
export function notePath(stream: object, file: string): void {
  paths.set(stream, resolve(file))
}

/** In the root: its loggers with this key write, or no longer write, what is known by this path. */
export function announcePath(
  { levels }: AdapterContext,
  lib: string,
  key: string,
  path: string,
  isWritten = true,
): void {
  for (const name of [path, `${key}\n${path}`])
    levels.announce(`${lib}-paths`, name, isWritten ? 1 : 0)
}

/** In a child: whether the root's logger with this key writes the path; without a key, whether any does. */
export function isPathInRoot(
  { levels }: AdapterContext,
  lib: string,
  path: string,
  key?: string,
): boolean {
  return levels.find(`${lib}-paths`, key === undefined ? path : `${key}\n${path}`) === 1
}
