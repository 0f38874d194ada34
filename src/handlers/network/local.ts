// Local: a Unix socket, of streams or, as /dev/log is, of datagrams, which Node cannot send: a helper process does.

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { reasonOf } from '../../core/notice.js'
import { Interruption } from './courier.js'
import { LONGEST_DATAGRAM, type Receiver, type Route } from './route.js'
import { StreamReceiver } from './stream.js'

/** Milliseconds a helper has, at the end, to send what it was given. */
const CLOSE_LIMIT = 1000

/**
 * Reads messages, each behind its length, sends each as a datagram and says so with a full stop, or ends with the reason.
 * Perl, for it is there wherever /dev/log is, and the native add-ons that could do it cannot live in a thread.
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

// As they are now: an application's tests put others in their place.
const later = setTimeout
const cancel = clearTimeout

export class LocalReceiver implements Receiver {
  readonly #route: Route
  readonly #path: string
  readonly #stream: StreamReceiver
  #isDatagrams = false
  #helper: Helper | undefined

  constructor(route: Route, path: string) {
    this.#route = route
    this.#path = path
    this.#stream = new StreamReceiver(route, { path })
  }

  owed(): number {
    return this.#stream.owed()
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
      return message.length > LONGEST_DATAGRAM
        ? (shorten(message, LONGEST_DATAGRAM) ?? [])
        : message
    })
    if (fitting.length === 0) return Promise.resolve()
    this.#helper ??= this.#start()
    return hand(this.#helper, fitting)
  }

  // In a group of its own: what ends the application from a terminal is not to end it before the last record.
  #start(): Helper {
    const helper = spawn('perl', ['-e', HELPER, this.#path], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    helper.stdin.on('error', () => {})
    helper.once('close', () => {
      if (this.#helper === helper) this.#helper = undefined
    })
    if (!this.#route.place.isOwnThread) {
      helper.unref()
      for (const stream of helper.stdio) (stream as unknown as { unref?(): void }).unref?.()
    }
    return helper
  }
}

// Resolves when it has said of each message that it was sent.
function hand(helper: Helper, messages: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0
    let reason = ''
    const heard = (said: Buffer): void => {
      sent += said.length
      if (sent >= messages.length) settle(resolve)
    }
    const told = (said: Buffer): void => {
      reason += said.toString()
    }
    const failed = (error: unknown): void => {
      const why =
        error instanceof Error ? needsPerl(error) : reason.trim() || 'the helper has ended'
      settle(() => reject(new Interruption(why, sent)))
    }
    const settle = (act: () => void): void => {
      helper.stdout.off('data', heard)
      helper.stderr.off('data', told)
      helper.off('error', failed).off('close', failed)
      act()
    }
    helper.stdout.on('data', heard)
    helper.stderr.on('data', told)
    helper.once('error', failed).once('close', failed)
    helper.stdin.write(Buffer.concat(messages.flatMap((message) => [lengthOf(message), message])))
  })
}

function lengthOf({ length }: Uint8Array): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(length)
  return head
}

function needsPerl(error: Error): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
    ? 'a Unix socket of datagrams needs perl: install it, or use a receiver on udp:, tcp: or a Unix stream socket'
    : reasonOf(error)
}
