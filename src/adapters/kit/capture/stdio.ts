// Standard streams as destinations of libraries: log, or data that is left alone.

import type { Capture } from '../../../core/stdio.js'

/** The number of a standard stream, given as the stream or as anything with its file descriptor. */
export function standardOf(stream: { readonly fd?: unknown } | undefined): 1 | 2 | undefined {
  const fd = stream?.fd
  if (fd === 1 || fd === 2) return fd
  if (typeof fd === 'number') return undefined // to ask for the standard streams takes longer
  if (stream === process.stdout) return 1
  return stream === process.stderr ? 2 : undefined
}

/** Whether what goes to that stream is not log here, or somebody listens to it himself. */
export function isData(stream: { readonly fd?: unknown }, { stdout, stderr }: Capture): boolean {
  const fd = standardOf(stream)
  if (fd === undefined) return false
  if (!(fd === 1 ? stdout : stderr)) return true
  const standard = fd === 1 ? process.stdout : process.stderr
  return stream === standard && isMocked(standard)
}

/** Whether the application has put a `write` of its own in its place, as tests do. */
export function isMocked(stream: NodeJS.WriteStream): boolean {
  return stream.write !== (stream.constructor.prototype as NodeJS.WriteStream).write
}
