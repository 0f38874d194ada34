// Files: file streams that the application has in root and child. The root's stream writes the child's text, too, so that
// each file has one writer (consola, signale).

import type { AdapterContext } from './adapter.js'
import { relayInto } from './guard.js'
import { pathOf } from './paths.js'
import { writeStream } from './relay/unwritten.js'

/** Text for a file, which is given by its path. */
export type FileText = readonly [path: string, text: string]

/** The files that the root writes are announced under this name, each with 1, or with 0 once its stream has closed. */
const FILES = 'file'

// Streams of `fs.createWriteStream` and of rotating-file-stream.
interface FileStream {
  readonly writable?: boolean
  write(text: string): unknown
  once(event: 'close', listener: () => void): unknown
}

const streams = new Map<string, FileStream>()

/** In the root: writes the text of children to the stream, if it is a file's. */
export function shareFile(stream: unknown, { role, levels }: AdapterContext): void {
  const path = role === 'take' ? undefined : pathOf(stream)
  if (path === undefined || streams.get(path) === stream) return
  const file = stream as FileStream
  streams.set(path, file)
  levels.announce(FILES, path, 1)
  file.once('close', () => {
    if (streams.get(path) !== file) return
    streams.delete(path)
    levels.announce(FILES, path, 0)
  })
}

/** In a child: the path of the stream's file if the root writes this file; undefined if the child writes it itself. */
export function fileInRoot(stream: unknown, context: AdapterContext): string | undefined {
  if (context.role !== 'take' || !context.relays) return undefined
  const path = pathOf(stream)
  return path !== undefined && context.levels.find(FILES, path) === 1 ? path : undefined
}

/** The text for `Taken.extra`. */
export function packFiles(files: readonly FileText[]): string {
  return JSON.stringify(files)
}

/** In the root: an adapter's `relay` for what `packFiles` has packed. */
export function relayFiles(lib: string, packed: string | undefined): boolean | undefined {
  if (packed === undefined) return false
  const files = JSON.parse(packed) as FileText[]
  if (!files.every(([path]) => streams.get(path)?.writable)) return undefined
  return relayInto(lib, () => {
    for (const [path, text] of files) streams.get(path)?.write(text)
  })
}

/** In the root: an adapter's `writeUnwritten` for such files. */
export function writeFiles(): void {
  for (const stream of streams.values()) writeStream(stream)
}
