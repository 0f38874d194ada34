// Streams: complete lines that a thread prints on stdout or stderr become records, unless an adapter has captured them.
//
// The bytes go where they went. What an application has put in the place of `write` is asked first: it gets the text
// instead of this, and so does the application from it.

import { SILENT } from '../../core/level.js'
import { process, setTimeout } from '../../core/originals.js'
import { inherit, isCaptured, isNotice, isText, onceOpened, writeSync } from '../../core/stdio.js'
import { type Adapter, type AdapterContext, isRelaying, terminalRole } from '../kit/adapter.js'
import { begun, callBack, isForwarded, wasNoted } from '../kit/capture/stdio.js'
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
  const write = function (this: unknown, ...args: unknown[]): boolean {
    if (this !== stream || isRelaying() || !isText(args[0])) {
      if (this === stream) lines.endBegun()
      return original.apply(this as never, args as never)
    }
    if (isNotice(args[0])) return printNotice(String(args[0]))
    const role = isForwarded(name) ? 'leave' : terminalRole(context)
    // A worker's text, which the worker has captured.
    const isOther = isCaptured(args[0])
    if (role !== 'leave' && !isOther && !wasNoted(args[0]))
      lines.add(lines.decode(args[0], args[1]))
    if (role !== 'claim') return original.apply(stream, args as never)
    if (!isOther && stream.isTTY) showLater()
    callBack(args)
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
    const { level = reading.levelOfStream(name, context.streams), ...found } = reading.readPrinted(
      line,
      context.registry().redact,
    )
    if (level === SILENT) return
    const { msg, fields } = found
    taking.take(context, { lib: name, name: found.name ?? name, level, msg, fields }, 'copy')
  } catch {
    // A line that cannot be made a record was printed all the same.
  }
}

// Loaded with the first line: every process has this adapter, and few print much.
let reading: typeof import('../kit/capture/printed.js') | undefined
let taking: typeof import('../kit/capture/take.js') | undefined
