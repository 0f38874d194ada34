// Calls: the system calls mmap(2) and munmap(2), through `node:ffi` or the package koffi.
//
// `node:ffi` (https://nodejs.org/api/ffi.html) comes first: to load it takes 1 ms, koffi 6 to 10. It is experimental, and Node says
// so when it is first loaded; that warning is kept until the application itself loads it. The permission model refuses it
// without `--allow-ffi`, and koffi without `--allow-addons`. Threads do not load koffi: if one is terminated meanwhile, koffi
// aborts the process.

import { isMainThread } from 'node:worker_threads'
import { loadOptional } from '../core/load.js'
import { process } from '../core/originals.js'

/** Linux, sys/mman.h. */
const PROT_NONE = 0
const PROT_READ_WRITE = 3
const MAP_SHARED = 1
const MAP_PRIVATE = 2
const MAP_FIXED = 16
const MAP_ANONYMOUS = 32
const FFI = 'node:ffi'

export interface Calls {
  /** The address of the first `length` bytes of an open file, `reserved` if given; undefined if the system refuses. */
  map(fd: number, length: number, reserved?: bigint): bigint | undefined
  /** Reserves addresses, without memory; `mapped` if given, in place of a file. */
  reserve(length: number, mapped?: bigint): bigint | undefined
  unmap(address: bigint, length: number): void
  view(address: bigint, length: number): ArrayBuffer
}

type Warning = Parameters<typeof process.emitWarning>

interface Ffi {
  dlopen(
    path: null,
    definitions: Record<string, { readonly arguments: readonly string[]; readonly return: string }>,
  ): { readonly functions: Record<string, (...args: unknown[]) => bigint> }
  toArrayBuffer(address: bigint, length: number, copy: boolean): ArrayBuffer
}

let calls: Calls | undefined

/** Throws if neither is there. */
export function loadCalls(): Calls {
  calls ??= load()
  return calls
}

function load(): Calls {
  try {
    return fromFfi()
  } catch (error) {
    if (!isMainThread) throw error
    return fromKoffi()
  }
}

function fromFfi(): Calls {
  // Elsewhere `size_t` and `off_t` have other sizes.
  if (!process.arch.endsWith('64')) throw new Error('node:ffi is used on 64-bit processors only')
  const { dlopen, toArrayBuffer } = loadFfi()
  const { mmap, munmap } = dlopen(null, {
    mmap: {
      arguments: ['int64', 'uint64', 'int32', 'int32', 'int32', 'int64'],
      return: 'int64',
    },
    munmap: { arguments: ['int64', 'uint64'], return: 'int32' },
  }).functions
  if (!mmap || !munmap) throw new Error('no mmap in this process')
  return {
    ...mapBy((at, length, access, flags, fd) => mmap(at, length, access, flags, fd, 0n)),
    unmap: (address, length) => void munmap(address, BigInt(length)),
    view: (address, length) => toArrayBuffer(address, length, false),
  }
}

function fromKoffi(): Calls {
  const { load, view } = loadOptional('koffi') as typeof import('koffi')
  const library = load(null)
  const mmap = library.func('intptr_t mmap(intptr_t, size_t, int, int, int, int64_t)')
  return {
    ...mapBy((at, length, access, flags, fd) => BigInt(mmap(at, length, access, flags, fd, 0))),
    unmap: library.func('int munmap(intptr_t, size_t)'),
    view,
  }
}

function mapBy(
  mmap: (at: bigint, length: bigint, access: number, flags: number, fd: number) => bigint,
): Pick<Calls, 'map' | 'reserve'> {
  const call = (length: number, access: number, flags: number, fd: number, at?: bigint) => {
    const fixed = at === undefined ? flags : flags | MAP_FIXED
    const address = mmap(at ?? 0n, BigInt(length), access, fixed, fd)
    return address === -1n ? undefined : address // MAP_FAILED
  }
  return {
    map: (fd, length, reserved) => call(length, PROT_READ_WRITE, MAP_SHARED, fd, reserved),
    reserve: (length, mapped) => call(length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, mapped),
  }
}

// Throws where Node does not have it, or where the warning cannot be kept.
function loadFfi(): Ffi {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  const emit = process.emitWarning
  let kept: Warning | undefined
  process.emitWarning = (...warning: unknown[]) => {
    if (warning[1] === 'ExperimentalWarning' && /^FFI /.test(String(warning[0])))
      kept = warning as Warning
    else Reflect.apply(emit, process, warning)
  }
  try {
    return loadOptional(FFI) as Ffi
  } finally {
    if (own) Object.defineProperty(process, 'emitWarning', own)
    if (kept) warnWhenUsed(kept)
  }
}

// Node warns once, at the first load.
function warnWhenUsed(warning: Warning): void {
  const { subscribe, unsubscribe } =
    require('node:diagnostics_channel') as typeof import('node:diagnostics_channel')
  const channels = ['tracing:module.require:start', 'tracing:module.import:start']
  const look = (message: unknown): void => {
    const { id, url } = message as { readonly id?: unknown; readonly url?: unknown }
    if (id !== FFI && url !== FFI) return
    for (const channel of channels) unsubscribe(channel, look)
    process.emitWarning(...warning)
  }
  for (const channel of channels) subscribe(channel, look)
}
