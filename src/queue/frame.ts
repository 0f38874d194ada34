// Frame: the bytes of one record in a queue, the same in a ring and in a file.
//
//   0        4       6      7       8              16       20       24
//   +--------+-------+------+-------+--------------+--------+--------+----------------+--------+
//   | size   | magic | kind | level | time         | seq    | check  | payload, UTF-8 | padding|
//   | u32    | u16   | u8   | u8    | f64          | u32    | u32    | `size` bytes   | to 8   |
//   +--------+-------+------+-------+--------------+--------+--------+----------------+--------+
//
// Little-endian. `time` is monotonic milliseconds. `check` is made of the other fields, so that bytes which were
// never a frame are not taken for one.

/** Bytes before the payload. */
export const HEADER = 24

/** A larger payload is not believed. */
export const MAX_PAYLOAD: number = 2 ** 30

/** A later time is not believed: 70 000 years. */
const MAX_TIME = 2 ** 51
const MAGIC = 0x4c53
const ALIGNMENT = 8

export const Kind = {
  /** A record of one of our own loggers. */
  RECORD: 1,
  /** A record an adapter took from another library. */
  ADAPTED: 2,
  /** A record of another library in the root, which that library has written already. */
  COPY: 3,
  /** A piece of a record too large for the ring; more follow. */
  PART: 4,
  /** Unused bytes up to the end of the ring. */
  PAD: 5,
  /** Who writes this queue: JSON of an `Origin`. */
  HELLO: 6,
  /** The segment ends here; the next one continues. */
  END: 7,
  /** A record about records that were dropped: its field `dropped` counts them. */
  REPORT: 8,
  /** How many bytes of a segment that was made in its whole size are written: `extent.ts`. */
  EXTENT: 9,
  /** A record an adapter took that is to be made whole for others than its library: `deferred/line.ts`. */
  DEFERRED: 10,
} as const

export type FrameKind = (typeof Kind)[keyof typeof Kind]

/** What stands in a frame's header besides its size. */
export interface FrameHead {
  readonly kind: FrameKind
  readonly level: number
  /** Monotonic milliseconds. */
  readonly time: number
  readonly seq: number
}

/** A frame where it lies: the payload is `buffer[start, end)`, valid until its queue is released. */
export interface Frame extends FrameHead {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}

/** `incomplete`: the rest is not there yet. `damaged`: these bytes are no frame. */
export type ReadResult = Frame | 'incomplete' | 'damaged'

/** Bytes a frame with this payload takes, padding included. */
export function frameSize(payload: number): number {
  return (HEADER + payload + ALIGNMENT - 1) & -ALIGNMENT
}

/** Room that certainly suffices for a text, without counting its bytes. */
export function frameBound(text: string): number {
  return frameSize(text.length * 3)
}

/** Writes a frame at `offset` and returns its size. The caller has made sure of the room. */
export function writeFrame(target: Buffer, offset: number, head: FrameHead, text: string): number {
  const payload = text === '' ? 0 : target.write(text, offset + HEADER)
  writeHead(target, offset, head, payload)
  return frameSize(payload)
}

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

/** The frame at `offset` of the bytes up to `limit`. */
export function readFrame(buffer: Buffer, offset: number, limit: number): ReadResult {
  if (limit - offset < HEADER) return 'incomplete'
  const payload = buffer.readUInt32LE(offset)
  const kind = buffer[offset + 6] as FrameKind
  const level = buffer[offset + 7] ?? 0
  const seq = buffer.readUInt32LE(offset + 16)
  const time = buffer.readDoubleLE(offset + 8)
  const check = buffer.readUInt32LE(offset + 20)
  if (buffer.readUInt16LE(offset + 4) !== MAGIC || payload > MAX_PAYLOAD) return 'damaged'
  if (kind < Kind.RECORD || kind > Kind.DEFERRED || !(time >= 0 && time < MAX_TIME))
    return 'damaged'
  if (check !== checkOf(payload, { kind, level, time, seq })) return 'damaged'
  if (limit - offset < frameSize(payload)) return 'incomplete'
  const start = offset + HEADER
  return { kind, level, time, seq, buffer, start, end: start + payload }
}

// A time that was changed by much makes another check: a frame from the far future would hold up all behind it.
function checkOf(payload: number, { kind, level, time, seq }: FrameHead): number {
  const when = Math.imul(time * 4096, 0x85ebca6b) ^ (time / 2 ** 20)
  const mixed = spread(payload ^ (seq << 7) ^ when ^ (kind << 24) ^ (level << 12))
  return (mixed ^ seq) >>> 0
}

// Every bit changes about half of the bits: no bit of the check makes up for another one that was changed.
function spread(bits: number): number {
  const half = Math.imul(bits ^ (bits >>> 16), 0x9e3779b1)
  const whole = Math.imul(half ^ (half >>> 13), 0xc2b2ae35)
  return whole ^ (whole >>> 16)
}
