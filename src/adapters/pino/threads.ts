// Threads: knows pino's transports by what their threads run, and starts a child's only if the root does not run the same.

import type { AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { createLate } from './late.js'
import { isWrittenInRoot } from './levels.js'
import type { Stream } from './library.js'
import { addTerminalTransport, nameThread } from './streams.js'

const PACKAGE = {
  name: 'thread-stream',
  main: /[\\/]thread-stream[\\/]index\.js$/,
  internal: true,
}

interface Options {
  readonly filename?: unknown
  readonly workerData?: {
    readonly destination?: unknown
    readonly targets?: readonly Target[]
    readonly pipelines?: readonly unknown[]
  }
}

interface Target {
  readonly target: string
  readonly options?: { readonly destination?: unknown }
}

type Class = new (options: Options) => Stream

/**
 * Watches the transports that are made from now on. `onWrite` gets the text that a child's gets before it is written.
 * Returns the undo.
 */
export function watchThreads(
  context: AdapterContext,
  onWrite: (text: unknown) => void,
): () => void {
  const { capture } = context
  let isOn = true
  const unhook = hookPackage(PACKAGE, (exports) => {
    if (typeof exports !== 'function') return undefined
    return new Proxy(exports as Class, {
      construct(target, args: [Options], newTarget) {
        const create = (): Stream => Reflect.construct(target, args, newTarget) as Stream
        const name = isOn ? nameOf(args[0] ?? {}) : undefined
        if (name === undefined) return create()
        const printed = printedBy(args[0])
        const isData = printed !== 'nothing' && !(capture.stdout && capture.stderr)
        const isLate = !isData && printed !== 'all' && isWrittenInRoot(context, name)
        const stream = isLate ? createLate(create, { Class: target, onWrite }) : create()
        if (printed === 'all') addTerminalTransport(stream)
        else nameThread(stream, name)
        return stream
      },
    })
  })
  return () => {
    isOn = false
    unhook()
  }
}

function nameOf({ filename, workerData }: Options): string | undefined {
  try {
    return JSON.stringify([filename, workerData])
  } catch {
    return undefined
  }
}

const FILE = /[\\/]pino[\\/]file\.js$|[\\/]pino-pretty[\\/]/

// What the thread prints of a record. What unknown code prints is not known.
function printedBy({ filename, workerData = {} }: Options): 'all' | 'nothing' | 'maybe' {
  const { pipelines = [], targets } = workerData
  if (pipelines.length > 0) return 'maybe'
  const all = targets ?? [{ target: String(filename), options: workerData }]
  if (!all.every(({ target }) => FILE.test(target))) return 'maybe'
  const isTerminal = all.map(({ options: { destination = 1 } = {} }) => Number(destination) <= 2)
  if (isTerminal.every((each) => each)) return 'all'
  return isTerminal.includes(true) ? 'maybe' : 'nothing'
}
