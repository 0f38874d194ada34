// Local: sends messages to a Unix socket, which is a stream or, like /dev/log, takes datagrams.
//
// It tries a stream first; EPROTOTYPE means datagrams. Node.js cannot send Unix datagrams, so a helper process in Perl
// does.

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { reasonOf } from '../../core/notice.js'
import { clearTimeout, setTimeout } from '../../core/originals.js'
import { PartialFailure } from './courier.js'
import { MAX_DATAGRAM, type Receiver, type Route } from './route.js'
import { StreamReceiver } from './stream.js'

/** Longest time (ms) that `close` waits for the helper to send what it was given. */
const CLOSE_LIMIT = 1000

/**
 * Reads messages from stdin, each preceded by its length (u32, big-endian), sends each as a datagram and prints a full
 * stop for it. On an error it prints the reason to stderr and exits. In Perl because systems with /dev/log have it; the
 * native add-ons for Unix datagrams cannot be loaded into a worker thread.
 */
const HELPER = `
use Socket;
$| = 1;
binmode STDIN;
socket(my $to, AF_UNIX, SOCK_DGRAM, 0) or die "$!\\n";
setsockopt($to, SOL_SOCKET, SO_SNDTIMEO, pack('l!l!', 5, 0));
connect($to, pack_sockaddr_un($ARGV[0])) or die "$!\\n";
while (read(STDIN, my $head, 4) == 4) {
  my $size = unpack('N', $head);
  read(STDIN, my $message, $size) == $size or last;
  defined send($to, $message, 0) or die "$!\\n";
  print '.';
}
`

type Helper = ChildProcessByStdio<Writable, Readable, Readable>

const later = setTimeout
const cancel = clearTimeout

export class LocalReceiver implements Receiver {
  readonly #route: Route
  readonly #path: string
  readonly #stream: StreamReceiver
  /** Whether the socket turned out to take datagrams. */
  #isDatagrams = false
  #helper: Helper | undefined

  constructor(route: Route, path: string) {
    this.#route = route
    this.#path = path
    this.#stream = new StreamReceiver(route, { path })
  }

  unconfirmed(): number {
    return this.#stream.unconfirmed()
  }

  async send(messages: readonly Uint8Array[]): Promise<void> {
    if (this.#isDatagrams) return this.#sendDatagrams(messages)
    try {
      await this.#stream.send(messages)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPROTOTYPE') throw error
      this.#isDatagrams = true
      await this.#sendDatagrams(messages)
    }
  }

  async close(): Promise<void> {
    await this.#stream.close()
    const helper = this.#helper
    if (!helper) return
    await new Promise<void>((resolve) => {
      const timer = later(() => helper.kill('SIGKILL'), CLOSE_LIMIT)
      helper.once('close', () => {
        cancel(timer)
        resolve()
      })
      helper.stdin.end()
    })
  }

  #sendDatagrams(messages: readonly Uint8Array[]): Promise<void> {
    const { shorten } = this.#route
    const fitting = messages.flatMap((message) => {
      return message.length > MAX_DATAGRAM ? (shorten(message, MAX_DATAGRAM) ?? []) : message
    })
    if (fitting.length === 0) return Promise.resolve()
    this.#helper ??= this.#start()
    return sendThrough(this.#helper, fitting)
  }

  // In its own process group: Ctrl-C in the terminal must not end the helper before it has sent the last record.
  #start(): Helper {
    const helper = spawn('perl', ['-e', HELPER, this.#path], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    helper.stdin.on('error', () => {})
    helper.once('close', () => {
      if (this.#helper === helper) this.#helper = undefined
    })
    if (!this.#route.context.isOwnThread) {
      helper.unref()
      for (const stream of helper.stdio) (stream as unknown as { unref?(): void }).unref?.()
    }
    return helper
  }
}

// Resolves when the helper has confirmed every message. Rejects with a `PartialFailure` that says how many were sent.
function sendThrough(helper: Helper, messages: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0
    let reason = ''
    const confirmed = (stops: Buffer): void => {
      sent += stops.length
      if (sent >= messages.length) settle(resolve)
    }
    const complained = (text: Buffer): void => {
      reason += text.toString()
    }
    const failed = (error: unknown): void => {
      const why =
        error instanceof Error ? explain(error) : reason.trim() || 'the helper process exited'
      settle(() => reject(new PartialFailure(why, sent)))
    }
    const settle = (act: () => void): void => {
      helper.stdout.off('data', confirmed)
      helper.stderr.off('data', complained)
      helper.off('error', failed).off('close', failed)
      act()
    }
    helper.stdout.on('data', confirmed)
    helper.stderr.on('data', complained)
    helper.once('error', failed).once('close', failed)
    helper.stdin.write(Buffer.concat(messages.flatMap((message) => [lengthOf(message), message])))
  })
}

function lengthOf({ length }: Uint8Array): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(length)
  return head
}

function explain(error: Error): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
    ? 'a Unix datagram socket needs perl: install it, or use a receiver on udp:, tcp: or a Unix stream socket'
    : reasonOf(error)
}
