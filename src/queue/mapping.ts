// Mapping: a file's bytes as memory, by mmap(2); what is written there outlives the process.
//
// Files are mapped only on Linux, and only on file systems where a file whose bytes were all written never needs new
// blocks. On others (copy-on-write) a full disk would raise SIGBUS and kill the process. Invariant: nobody shrinks a file
// while it is mapped.

import { statfsSync } from 'node:fs'
import { process } from '../core/originals.js'
import { type Calls, loadCalls } from './calls.js'

/** `f_type` of tmpfs, ext2 to ext4, XFS and overlayfs: linux/magic.h. */
const FILE_SYSTEMS = new Set([0x01021994, 0xef53, 0x58465342, 0x794c7630])

export interface Mapping {
  readonly memory: ArrayBuffer
  /** Ends the mapping. Access to `memory` afterwards crashes the process (SIGSEGV). */
  readonly unmap: () => void
}

let calls: Calls | undefined

/** Whether files in a directory may be mapped. Throws the system's error if the directory does not exist. */
export function isMappable(directory: string): boolean {
  return process.platform === 'linux' && FILE_SYSTEMS.has(statfsSync(directory).type)
}

/** Maps the first `length` bytes of an open file. Throws if there is nothing to do so with, or the system refuses. */
export function mapFile(fd: number, length: number): Mapping {
  calls ??= loadCalls()
  const { map, unmap, view } = calls
  const address = map(fd, length)
  if (address === undefined) throw new Error('mmap failed')
  const end = (): void => unmap(address, length)
  try {
    return { memory: view(address, length), unmap: end }
  } catch (error) {
    end()
    throw error
  }
}
