// Splitting a stream's bytes into messages.

/** More bytes without an end are no message of a log. */
const MAX_MESSAGE = 2 ** 20
const LINE_FEED = 0x0a
const LESS = 0x3c
const MAX_DIGITS = 7
const COUNTED = /^([1-9]\d{0,6}) </

/**
 * Messages that are complete, and the bytes that are left; `ended`: no more come, and what is left is one, too.
 * Throws on bytes that do not go on as a message could.
 */
export type Split = (
  bytes: Buffer,
  ended: boolean,
) => { readonly messages: readonly string[]; readonly rest: Buffer }

/** One message a line. */
export const splitLines: Split = (bytes, ended) => {
  const messages: string[] = []
  let start = 0
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    add(messages, bytes.subarray(start, end))
    start = end + 1
  }
  return finish(messages, bytes.subarray(start), ended)
}

/** A datagram, whatever lines it has. */
export const splitNot: Split = (bytes) => {
  const messages: string[] = []
  add(messages, bytes)
  return { messages, rest: Buffer.alloc(0) }
}

/** RFC 6587: each message with the count of its bytes before it, or ended by a line feed or a zero byte. */
export const splitSyslog: Split = (bytes, ended) => {
  const messages: string[] = []
  let start = 0
  while (start < bytes.length) {
    const [from, end] = counted(bytes, start) ?? [start, endOf(bytes, start)]
    if (end < 0 || end > bytes.length) break
    add(messages, bytes.subarray(from, end))
    start = end
  }
  return finish(messages, bytes.subarray(start), ended)
}

// Where a message with its count before it starts and ends. A text that starts with a number is none.
function counted(bytes: Buffer, at: number): readonly [number, number] | undefined {
  const digits = COUNTED.exec(bytes.toString('latin1', at, at + MAX_DIGITS + 2))?.[1]
  if (digits === undefined) return undefined
  const start = at + digits.length + 1
  return [start, start + Number(digits)]
}

// Behind the byte that ends the message; -1: it is not there yet. A message with a priority may have several lines: those
// behind the first have none.
function endOf(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === 0) return at + 1
    if (bytes[at] === LINE_FEED && (bytes[start] !== LESS || begins(bytes, at + 1))) return at + 1
  }
  return -1
}

function begins(bytes: Buffer, at: number): boolean {
  return at === bytes.length || bytes[at] === LESS || counted(bytes, at) !== undefined
}

function finish(messages: string[], rest: Buffer, ended: boolean): ReturnType<Split> {
  if (rest.length > MAX_MESSAGE) throw new Error(`a message of more than ${MAX_MESSAGE} bytes`)
  if (!ended) return { messages, rest }
  add(messages, rest)
  return { messages, rest: Buffer.alloc(0) }
}

// Some end a message with a zero byte, in the way of C.
function add(messages: string[], bytes: Buffer): void {
  const text = bytes.toString('utf8').replace(/[\0\r\n]+$/, '')
  if (text !== '') messages.push(text)
}
