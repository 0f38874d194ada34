// Split: splits the bytes of a connection or datagram into messages.

/** Most bytes of a message. */
const MAX_MESSAGE = 2 ** 20
const LINE_FEED = 0x0a
const LESS = 0x3c
const MAX_DIGITS = 7
const COUNTED = /^([1-9]\d{0,6}) </

/**
 * Returns the complete messages and the rest of the bytes. `ended`: no more bytes follow, so the rest is a message,
 * too. `seen`: so many bytes were the rest before, so that no message ends in them. Throws if the rest is longer than a
 * message may be.
 */
export type Split = (
  bytes: Buffer,
  ended: boolean,
  seen?: number,
) => { readonly messages: readonly string[]; readonly rest: Buffer }

/** One message per line. */
export const splitLines: Split = (bytes, ended, seen = 0) => {
  const messages: string[] = []
  let start = 0
  for (let end = bytes.indexOf(LINE_FEED, seen); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    add(messages, bytes.subarray(start, end))
    start = end + 1
  }
  return finish(messages, bytes.subarray(start), ended)
}

/** One message per datagram, which may have several lines. */
export const splitNothing: Split = (bytes) => {
  const messages: string[] = []
  add(messages, bytes)
  return { messages, rest: Buffer.alloc(0) }
}

/** RFC 6587: each message is preceded by its length in bytes, or ended by a line feed or a zero byte. */
export const splitSyslog: Split = (bytes, ended, seen = 0) => {
  const messages: string[] = []
  let start = 0
  while (start < bytes.length) {
    const [from, end] = countedAt(bytes, start) ?? [start, endOf(bytes, start, seen)]
    if (end < 0 || end > bytes.length) break
    add(messages, bytes.subarray(from, end))
    start = end
  }
  return finish(messages, bytes.subarray(start), ended)
}

// Start and end of a message with its length before it (RFC 6587, octet counting). The message has to begin with `<`,
// so that text which begins with a number does not count.
function countedAt(bytes: Buffer, at: number): readonly [number, number] | undefined {
  const digits = COUNTED.exec(bytes.toString('latin1', at, at + MAX_DIGITS + 2))?.[1]
  if (digits === undefined) return undefined
  const start = at + digits.length + 1
  return [start, start + Number(digits)]
}

// Offset after the byte that ends the message; -1 if it has not arrived. A message with a priority may have several
// lines; the lines after the first have no priority. Whether a line feed is the end depends on what follows it, so the last
// bytes that were seen are looked at again.
function endOf(bytes: Buffer, start: number, seen: number): number {
  for (let at = Math.max(start, seen - MAX_DIGITS - 3); at < bytes.length; at++) {
    if (bytes[at] === 0) return at + 1
    if (bytes[at] === LINE_FEED && (bytes[start] !== LESS || isStart(bytes, at + 1))) return at + 1
  }
  return -1
}

function isStart(bytes: Buffer, at: number): boolean {
  return at === bytes.length || bytes[at] === LESS || countedAt(bytes, at) !== undefined
}

function finish(messages: string[], rest: Buffer, ended: boolean): ReturnType<Split> {
  if (rest.length > MAX_MESSAGE) throw new Error(`a message of more than ${MAX_MESSAGE} bytes`)
  if (!ended) return { messages, rest }
  add(messages, rest)
  return { messages, rest: Buffer.alloc(0) }
}

// Some senders end a message with a zero byte, as C strings end.
function add(messages: string[], bytes: Buffer): void {
  const text = bytes.toString('utf8').replace(/[\0\r\n]+$/, '')
  if (text !== '') messages.push(text)
}
