// Mapping: a file's bytes as memory, which outlive the process that writes into it.
//
// The system's calls are made through koffi, an optional dependency. Only on Linux, and only on file systems where a file
// that was written in its whole size never needs room again: elsewhere a full disk would end the process with SIGBUS.

import { statfsSync } from 'node:fs'

/** `f_type` of tmpfs, ext2 to ext4, XFS and overlayfs: linux/magic.h. */
const FILE_SYSTEMS = new Set([0x01021994, 0xef53, 0x58465342, 0x794c7630])

/** Linux, sys/mman.h. */
const PROT_READ_WRITE = 3
const MAP_SHARED = 1
const MAP_FAILED = -1

export interface Mapping {
  readonly memory: ArrayBuffer
  /** Ends it: whoever touches `memory` afterwards ends the process. */
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

/** Whether files of a directory may be mapped. Throws if there is no such directory. */
export function isMappable(directory: string): boolean {
  return process.platform === 'linux' && FILE_SYSTEMS.has(statfsSync(directory).type)
}

/** Maps the first `length` bytes of an open file. Throws if koffi is not there or the system refuses. */
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
