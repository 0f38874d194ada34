// Streams: complete lines that a thread prints on stdout or stderr become records, unless an adapter has captured them.
//
// The bytes go where they went. What an application has put in the place of `write` is asked first: it gets the text
// instead of this, and so does the application from it.

import { SILENT } from '../../core/level.js'
import { process, setTimeout } from '../../core/originals.js'
import { inherit, isCaptured, isNotice, isText, onceOpened, writeSync } from '../../core/stdio.js'
import { type Adapter, type AdapterContext, isRelaying, terminalRole } from '../kit/adapter.js'
import { begun, callBack, hear, isForwarded, wasNoted } from '../kit/capture/stdio.js'
import type { DirectWrite } from './direct.js'
import { Lines } from './lines.js'

type StreamName = 'stdout' | 'stderr'

/** Milliseconds that text without an end of line waits for it before a terminal shows it. */
const SHOW_DELAY = 20

const later = setTimeout

export const stdoutAdapter: Adapter = createAdapter('stdout')
export const stderrAdapter: Adapter = createAdapter('stderr')

function createAdapter(name: StreamName): Adapter {
  return {
    name,
    install(context) {
      if (context.role === 'track' || !context.capture[name]) return () => {}
      // The application can see the listener: it is there only where text waits for an end of line.
      let endsAtExit = false
      const end = (): void => lines.end()
      const lines = new Lines(
        (line) => record(name, line, context),
        () => {
          if (endsAtExit) return
          endsAtExit = true
          process.on('exit', end)
        },
      )
      begun[name] = () => lines.takeBegun()
      let opened: NodeJS.WriteStream | undefined
      const unopen = onceOpened(name, (stream) => {
        opened = stream
        return watch(name, stream, lines, context)
      })
      const unwatch = context.isChild ? watchWrites(name, () => opened, lines, context) : undefined
      return () => {
        process.off('exit', end)
        end()
        delete begun[name]
        unwatch?.()
        unopen()
      }
    },
    // A child prints itself.
    relay: () => true,
  }
}

// A stream of any other kind is written to as Node does it.
function directWriteOf(stream: NodeJS.WriteStream): DirectWrite | undefined {
  if (stream.constructor.name !== 'SyncWriteStream') return undefined
  const { directWrite } = require('./direct.js') as typeof import('./direct.js')
  const { isWatching } = require('./writes.js') as typeof import('./writes.js')
  return directWrite(stream, isWatching)
}

// In the root, handlers write this way, too.
function watchWrites(
  name: StreamName,
  opened: () => NodeJS.WriteStream | undefined,
  lines: Lines,
  context: AdapterContext,
): () => void {
  const writes = require('./writes.js') as typeof import('./writes.js')
  return writes.watchWrites(name === 'stdout' ? 1 : 2, { opened, lines, context })
}

function watch(
  name: StreamName,
  stream: NodeJS.WriteStream,
  lines: Lines,
  context: AdapterContext,
): () => void {
  const original = stream.write
  const direct = directWriteOf(stream)
  const pass = (chunk: unknown, encoding?: unknown, done?: unknown): boolean =>
    (direct !== undefined && typeof chunk === 'string' && direct(chunk, encoding, done)) ||
    original.call(stream, chunk as string, encoding as BufferEncoding, done as never)
  const write = function (this: unknown, chunk: unknown, ...rest: unknown[]): boolean {
    if (this !== stream) return original.call(this as never, chunk as string, ...(rest as []))
    const [encoding, done] = rest
    if (isRelaying() || !isText(chunk)) {
      lines.endBegun()
      hear(chunk)
      return pass(chunk, encoding, done)
    }
    if (isNotice(chunk)) return printNotice(String(chunk))
    const role = isForwarded(name) ? 'leave' : terminalRole(context)
    if (role === 'leave') return pass(chunk, encoding, done)
    // A worker's text, which the worker has captured.
    const isOther = isCaptured(chunk)
    if (!isOther && !wasNoted(chunk)) lines.add(lines.decode(chunk, encoding))
    if (role !== 'claim') return pass(chunk, encoding, done)
    if (!isOther && stream.isTTY) showLater()
    callBack(rest)
    return true
  }
  // With a console handler, a worker's text is not shown when it has come to the process.
  const printNotice = (text: string): boolean =>
    context.isDescriptorOwned && !context.isTerminalOwned
      ? writeSync(2, text) > 0
      : original.call(stream, text)
  // A prompt or a spinner is no log: what has no end of line is shown as it is.
  let showing = false
  const showLater = (): void => {
    if (showing || lines.isEmpty) return
    showing = true
    later(() => {
      showing = false
      const text = lines.take()
      if (text !== '') original.call(stream, text)
    }, SHOW_DELAY).unref()
  }
  Object.defineProperty(write, 'name', { value: original.name, configurable: true })
  return inherit(stream, { write })
}

function record(name: StreamName, line: string, context: AdapterContext): void {
  try {
    reading ??= require('../kit/capture/printed.js') as typeof import('../kit/capture/printed.js')
    taking ??= require('../kit/capture/take.js') as typeof import('../kit/capture/take.js')
    const found = reading.readPrinted(line, context.registry().redact)
    const { level = reading.levelOfStream(name, context.streams), msg, fields } = found
    if (level === SILENT) return
    taking.take(context, { lib: name, name: found.name ?? name, level, msg, fields }, 'copy')
  } catch {
    // A line that cannot be made a record was printed all the same.
  }
}

// Loaded with the first line: every process has this adapter, and few print much.
let reading: typeof import('../kit/capture/printed.js') | undefined
let taking: typeof import('../kit/capture/take.js') | undefined
