// Source: reads the bytes of a log from a file, a pipe or standard input, and decompresses gzip.

import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { process, wallNow } from '../core/originals.js'
import { Gunzip } from './gunzip.js'

/** Compressed bytes that are decompressed at a time. */
const PIECE = 32_768
/** Most bytes per read. */
const CHUNK = 2 ** 20
/** Bytes of a compressed file per read. */
const PACKED = 2 ** 16

export interface Source {
  /**
   * The next bytes, valid until the next call; undefined at the end. Throws or rejects if reading fails. They may be in
   * `room`, but need not.
   */
  read(room: Buffer): Uint8Array | undefined | Promise<Uint8Array | undefined>
  /** Whether everything there is at present was read and more may follow. */
  readonly isQuiet: boolean
  /** Number of bytes read. */
  readonly done: number
  /** Size of the file in bytes; 0 if unknown. */
  readonly size: number
  /** When the log was last written (ms since the epoch). */
  readonly changed: number
  close(): void
}

/** Opens a log; `-` is standard input. Throws the system's error. */
export function openSource(path: string): Source {
  if (path === '-') return new GunzipSource(new StreamSource(process.stdin))
  const fd = openSync(path, 'r')
  try {
    const { size, mtimeMs } = checkFile(fd, path)
    const isFile = fstatSync(fd).isFile()
    if (!isFile)
      return new GunzipSource(new StreamSource(createReadStream('', { fd, highWaterMark: CHUNK })))
    const file = new FileSource(fd, { size, changed: mtimeMs })
    return isGzip(headOf(fd)) ? new GunzipSource(file) : file
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function headOf(fd: number): Uint8Array {
  const head = Buffer.alloc(2)
  readSync(fd, head, 0, head.length, 0)
  return head
}

/** Returns the status of an open file. Throws `EISDIR` for a directory. */
export function checkFile(fd: number, path: string): { size: number; mtimeMs: number } {
  const status = fstatSync(fd)
  if (!status.isDirectory()) return status
  throw Object.assign(new Error(`EISDIR: illegal operation on a directory, read '${path}'`), {
    code: 'EISDIR',
  })
}

/** Whether bytes begin with the magic number of gzip. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

class FileSource implements Source {
  readonly #fd: number
  readonly isQuiet = false
  readonly size: number
  readonly changed: number
  done = 0

  constructor(fd: number, file: { size: number; changed: number }) {
    this.#fd = fd
    this.size = file.size
    this.changed = file.changed
  }

  read(room: Buffer): Uint8Array | undefined {
    const length = readSync(this.#fd, room, 0, Math.min(room.length, CHUNK), null)
    this.done += length
    return length > 0 ? room.subarray(0, length) : undefined
  }

  close(): void {
    closeSync(this.#fd)
  }
}

class StreamSource implements Source {
  readonly #stream: NodeJS.ReadableStream & { destroy(): unknown }
  readonly #chunks: AsyncIterator<string | Buffer>
  readonly size = 0
  readonly changed: number = wallNow()
  isQuiet = false
  done = 0

  constructor(stream: NodeJS.ReadableStream & { destroy(): unknown }) {
    this.#stream = stream
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  async read(): Promise<Uint8Array | undefined> {
    this.isQuiet = true
    const { value, done } = await this.#chunks.next()
    this.isQuiet = false
    if (done) return undefined
    this.done += value.length
    return value as Buffer
  }

  close(): void {
    this.#stream.destroy()
  }
}

// Decompresses another source if its first bytes are those of gzip.
class GunzipSource implements Source {
  readonly #source: Source
  #isFirst = true
  #gunzip: Gunzip | undefined
  #packed: Uint8Array | undefined
  readonly #room = Buffer.allocUnsafeSlow(PACKED)
  readonly size: number
  readonly changed: number

  constructor(source: Source) {
    this.#source = source
    this.size = source.size
    this.changed = source.changed
  }

  get isQuiet(): boolean {
    return this.#source.isQuiet
  }

  get done(): number {
    return this.#source.done
  }

  read(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    if (this.#gunzip) return this.#unpack(this.#gunzip)
    const chunk = this.#source.read(this.#room)
    if (!this.#isFirst) return chunk
    return chunk instanceof Promise ? chunk.then((first) => this.#begin(first)) : this.#begin(chunk)
  }

  close(): void {
    this.#source.close()
  }

  #begin(chunk: Uint8Array | undefined): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    this.#isFirst = false
    if (!chunk || !isGzip(chunk)) return chunk
    this.#gunzip = new Gunzip()
    this.#packed = chunk
    return this.#unpack(this.#gunzip)
  }

  // In small pieces, because each may grow a thousandfold.
  async #unpack(gunzip: Gunzip): Promise<Uint8Array | undefined> {
    for (;;) {
      const packed = this.#packed?.length ? this.#packed : await this.#source.read(this.#room)
      this.#packed = packed?.subarray(PIECE)
      const bytes = await (packed ? gunzip.push(packed.subarray(0, PIECE)) : gunzip.end())
      if (bytes.length > 0) return bytes
      if (!packed) return undefined
    }
  }
}
