// Frame: the bytes of one record in a queue, the same in a ring and in a file.
//
//   0        4       6      7       8              16       20       24               24 + size
//   +--------+-------+------+-------+--------------+--------+--------+----------------+---------+
//   | size   | magic | kind | level | time         | seq    | check  | payload, UTF-8 | padding |
//   | u32    | u16   | u8   | u8    | f64          | u32    | u32    | `size` bytes   | to 8    |
//   +--------+-------+------+-------+--------------+--------+--------+----------------+---------+
//
// All numbers are little-endian. `size` counts the payload only. `magic` is 0x4c53, the bytes "SL". `time` is
// monotonic, in milliseconds. `check` is a hash of size, kind, level, time and seq. It lets a reader reject bytes that
// are not a frame; it does not cover the payload. The size of a frame is a multiple of 8.
//
// Torn writes are detected by length: a frame that is not all there is 'incomplete', and the reader waits for the rest.
// The publishing order of each queue (ring.ts, extent.ts, plain.ts) ensures that a complete frame has no unwritten
// bytes.

import type { Draft } from '../core/draft.js'

/** Size of a frame's header in bytes. */
export const HEADER = 24

/** A frame that claims a larger payload (bytes) is damaged. */
export const MAX_PAYLOAD: number = 2 ** 30

/** A frame with a later time (milliseconds; 70 000 years) is damaged. */
export const MAX_TIME: number = 2 ** 51
/** The bytes "SL". */
export const MAGIC = 0x4c53
const ALIGNMENT = 8

/** What a frame is. A record's payload is its JSON line; an adapter may append a line feed and extra text. */
export const Kind = {
  /** A record of one of our own loggers. */
  RECORD: 1,
  /** A record that an adapter captured from another library. */
  ADAPTED: 2,
  /** A record of another library that the library itself writes; handlers get a copy. */
  COPY: 3,
  /** One part of a record too large for the ring. More parts follow; the last one has the record's own kind. */
  PART: 4,
  /** Unused bytes up to the end of the ring. */
  PAD: 5,
  /** The producer of this queue, as JSON of an `Origin`. */
  HELLO: 6,
  /** The segment ends here; the next one continues. */
  END: 7,
  /** A record about dropped records; its field `dropped` counts them. */
  REPORT: 8,
  /** The number of bytes written into a mapped segment: `extent.ts`. */
  EXTENT: 9,
  /** A deferred record: to be completed before anything but its library's relay reads it. See `deferred/line.ts`. */
  DEFERRED: 10,
  /** A note about the start or the end of a child: `core/lifecycle.ts`. It is not a record. */
  NOTE: 11,
} as const

export type FrameKind = (typeof Kind)[keyof typeof Kind]

/** The header's fields, without `size`, `magic` and `check`. */
export interface FrameHead {
  readonly kind: FrameKind
  readonly level: number
  /** Monotonic milliseconds. */
  readonly time: number
  readonly seq: number
  /** In a writer only: the bytes of the payload, which then is no text. */
  readonly draft?: Draft | undefined
}

/** A frame in its queue's memory. The payload is `buffer[start, end)`, valid until the reader's `release()`. */
export interface Frame extends FrameHead {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}

/** `incomplete`: the rest of the frame is not there yet. `damaged`: these bytes are not a frame. */
export type ReadResult = Frame | 'incomplete' | 'damaged'

/** Size of a frame with a payload of that many bytes, header and padding included. */
export function frameSize(payload: number): number {
  return (HEADER + payload + ALIGNMENT - 1) & -ALIGNMENT
}

/**
 * Upper bound of the size of a frame with this text, without counting its bytes: UTF-8 has at most 3 per UTF-16 unit.
 */
export function frameBound(text: string): number {
  return frameSize(text.length * 3)
}

/** Writes a frame at `offset` and returns its size. The caller must have made sure that it fits. */
export function writeFrame(target: Buffer, offset: number, head: FrameHead, text: string): number {
  const payload = text === '' ? 0 : target.write(text, offset + HEADER)
  writeHead(target, offset, head, payload)
  return frameSize(payload)
}

/** Writes only the header of a frame; `payload` is the payload's size in bytes. */
export function writeHead(target: Buffer, offset: number, head: FrameHead, payload: number): void {
  const { kind, level, time, seq } = head
  target.writeUInt32LE(payload, offset)
  target.writeUInt16LE(MAGIC, offset + 4)
  target[offset + 6] = kind
  target[offset + 7] = level
  target.writeDoubleLE(time, offset + 8)
  target.writeUInt32LE(seq >>> 0, offset + 16)
  target.writeUInt32LE(checkOf(payload, head), offset + 20)
}

/** Reads the frame at `offset`; bytes from `limit` on are not looked at. Never throws. */
export function readFrame(buffer: Buffer, offset: number, limit: number): ReadResult {
  if (limit - offset < HEADER) return 'incomplete'
  const payload = buffer.readUInt32LE(offset)
  const kind = buffer[offset + 6] as FrameKind
  const level = buffer[offset + 7] ?? 0
  const seq = buffer.readUInt32LE(offset + 16)
  const time = buffer.readDoubleLE(offset + 8)
  const check = buffer.readUInt32LE(offset + 20)
  if (buffer.readUInt16LE(offset + 4) !== MAGIC || payload > MAX_PAYLOAD) return 'damaged'
  if (kind < Kind.RECORD || kind > Kind.NOTE || !(time >= 0 && time < MAX_TIME)) return 'damaged'
  if (check !== hashOf(payload, kind, level, time, seq)) return 'damaged'
  if (limit - offset < frameSize(payload)) return 'incomplete'
  const start = offset + HEADER
  return { kind, level, time, seq, buffer, start, end: start + payload }
}

/** The offset behind the last complete frame in `bytes`; 0 if there is none. */
export function endOfFrames(bytes: Buffer): number {
  let end = 0
  for (let from = 0; ; ) {
    const at = bytes.indexOf('SL', from + 4, 'latin1') - 4
    if (at < 0) return end
    const frame = readFrame(bytes, at, bytes.length)
    from = at + 1
    if (typeof frame === 'object') from = end = at + frameSize(frame.end - frame.start)
  }
}

/** Whether a frame, complete or not, begins in `bytes[from, limit)`. */
export function hasFrame(bytes: Buffer, from: number, limit: number): boolean {
  for (let at = from; ; at++) {
    at = bytes.indexOf('SL', at + 4, 'latin1') - 4
    if (at < 0 || at + HEADER > limit) return false
    if (readFrame(bytes, at, limit) !== 'damaged') return true
  }
}

/**
 * The hash in a header. It covers `time` to about a millisecond: a damaged time far in the future would hold up all
 * frames behind it.
 */
export function checkOf(payload: number, { kind, level, time, seq }: FrameHead): number {
  return hashOf(payload, kind, level, time, seq)
}

/** The same, without an object: for loops over many frames. */
export function hashOf(
  payload: number,
  kind: number,
  level: number,
  time: number,
  seq: number,
): number {
  const what = Math.imul(time / 2 ** 20 + Math.imul((kind << 8) | level, 0x85ebca6b), 0xcc9e2d51)
  const half = spread(Math.imul(time * 4096, 0x1b873593) ^ what)
  return spread(half ^ seq ^ Math.imul(payload, 0x27d4eb2f)) >>> 0
}

// Each input bit changes about half of the output bits. It is applied twice: a field that is added behind it would leave
// pairs, one bit of the field and one of the check, that cancel each other out.
function spread(bits: number): number {
  const half = Math.imul(bits ^ (bits >>> 16), 0x9e3779b1)
  const whole = Math.imul(half ^ (half >>> 13), 0xc2b2ae35)
  return whole ^ (whole >>> 16)
}
