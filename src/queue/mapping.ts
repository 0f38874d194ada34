// Mapping: a file's bytes as memory, by mmap(2); what is written there outlives the process.
//
// Files are mapped only on Linux, and only on file systems where a file whose bytes were all written never needs new
// blocks. On others (copy-on-write) a full disk would raise SIGBUS and kill the process. Invariant: nobody shrinks a file
// while it is mapped.

import { statfsSync } from 'node:fs'
import { isMainThread, threadId } from 'node:worker_threads'
import { process } from '../core/originals.js'
import { loadCalls } from './calls.js'
import { Maps } from './maps.js'

/** `f_type` of tmpfs, ext2 to ext4, XFS and overlayfs: linux/magic.h. */
const FILE_SYSTEMS = new Set([0x01021994, 0xef53, 0x58465342, 0x794c7630])

export interface Mapping {
  readonly memory: ArrayBuffer
  /** Ends the mapping. Access to `memory` afterwards crashes the process (SIGSEGV). */
  readonly unmap: () => void
}

let maps: Maps | undefined

/**
 * Whether files in a directory may be mapped. `shared`: of a thread's process, `openMaps()`. Throws the system's error if
 * the directory does not exist.
 */
export function isMappable(directory: string, shared?: SharedArrayBuffer): boolean {
  if (process.platform !== 'linux' || !FILE_SYSTEMS.has(statfsSync(directory).type)) return false
  if (shared) maps ??= new Maps(shared)
  if (!isMainThread && !maps) return false
  try {
    loadCalls()
    return true
  } catch {
    return false
  }
}

/** Maps the first `length` bytes of an open file. Throws if there is nothing to do so with, or the system refuses. */
export function mapFile(fd: number, length: number): Mapping {
  const { map, unmap, view } = loadCalls()
  const place = maps && reserve(maps, length)
  const address = map(fd, length, place?.address)
  const end = (): void => {
    if (place) place.leave()
    else if (address !== undefined) unmap(address, length)
  }
  try {
    if (address === undefined) throw new Error('mmap failed')
    return { memory: view(address, length), unmap: end }
  } catch (error) {
    end()
    throw error
  }
}

// In a thread, which may be terminated at any point: then no more than addresses are left.
function reserve(shared: Maps, length: number): { address: bigint; leave: () => void } {
  const calls = loadCalls()
  const slot = shared.take(threadId, length)
  const address = slot === undefined ? undefined : calls.reserve(length)
  if (slot === undefined || address === undefined) throw new Error('no place to map a file')
  shared.fill(slot, address)
  const leave = (): void => {
    calls.reserve(length, address)
    shared.empty(slot)
    calls.unmap(address, length)
  }
  return { address, leave }
}
