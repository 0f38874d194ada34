// Mapping: a file's bytes as memory, by mmap(2); what is written there outlives the process.
//
// The system calls go through koffi, an optional dependency. Files are mapped only on Linux, and only on file systems
// where a file whose bytes were all written never needs new blocks. On others (copy-on-write) a full disk would raise
// SIGBUS and kill the process. Invariant: nobody shrinks a file while it is mapped.

import { statfsSync } from 'node:fs'
import { process } from '../core/originals.js'

/** `f_type` of tmpfs, ext2 to ext4, XFS and overlayfs: linux/magic.h. */
const FILE_SYSTEMS = new Set([0x01021994, 0xef53, 0x58465342, 0x794c7630])

/** Linux, sys/mman.h. */
const PROT_READ_WRITE = 3
const MAP_SHARED = 1
const MAP_FAILED = -1

export interface Mapping {
  readonly memory: ArrayBuffer
  /** Ends the mapping. Access to `memory` afterwards crashes the process (SIGSEGV). */
  readonly unmap: () => void
}

interface Calls {
  readonly mmap: (
    ...args: [hint: null, length: number, access: number, flags: number, fd: number, from: number]
  ) => number
  readonly munmap: (address: number, length: number) => number
  readonly view: (address: number, length: number) => ArrayBuffer
}

let calls: Calls | undefined

/** Whether files in a directory may be mapped. Throws the system's error if the directory does not exist. */
export function isMappable(directory: string): boolean {
  return process.platform === 'linux' && FILE_SYSTEMS.has(statfsSync(directory).type)
}

/** Maps the first `length` bytes of an open file. Throws if koffi is not installed or the system refuses. */
export function mapFile(fd: number, length: number): Mapping {
  calls ??= loadCalls()
  const { mmap, munmap, view } = calls
  const address = mmap(null, length, PROT_READ_WRITE, MAP_SHARED, fd, 0)
  if (address === MAP_FAILED) throw new Error('mmap failed')
  const unmap = (): void => void munmap(address, length)
  try {
    return { memory: view(address, length), unmap }
  } catch (error) {
    unmap()
    throw error
  }
}

function loadCalls(): Calls {
  const { load, view } = require('koffi') as typeof import('koffi')
  const library = load(null)
  return {
    mmap: library.func('intptr_t mmap(void *, size_t, int, int, int, int64_t)'),
    munmap: library.func('int munmap(intptr_t, size_t)'),
    view,
  }
}
