// Web worker: patches the global class Worker of `--experimental-web-worker` so that each of its threads starts as a child.
//
// Its options take neither flags nor ports: the thread inherits our preload from the flags of this one, and logs through a
// file. Loaded only where there is such a class.

import { isMainThread, type Worker as NodeWorker } from 'node:worker_threads'
import { process } from '../core/originals.js'
import type { Parent, WorkerHand } from './inherit.js'
import { canPreload } from './preload.js'
import { adopt, begin, withEnvironmentData } from './workers.js'

type WebWorkerClass = new (...args: unknown[]) => EventTarget
type Global = { Worker?: WebWorkerClass }

/**
 * Replaces the global `Worker`. `preloaded`: logshare was loaded by `-r`. Without that only threads with our own flag pass it
 * on. Returns the undo.
 */
export function patchWebWorker(parent: () => Parent | undefined, preloaded: boolean): () => void {
  const original = (globalThis as Global).Worker
  if (!isNodes(original) || (!preloaded && isMainThread)) return () => {}
  // Our flag, which this thread hides, is not shown by its threads either.
  const hidden = preloaded ? {} : { execArgv: [...process.execArgv] }
  const shell = createShell(original, (args, newTarget) => {
    const build = (): EventTarget => Reflect.construct(original, args, newTarget) as EventTarget
    const inherited = canPreload() ? parent() : undefined
    const hand = inherited?.forWorker({ stdout: true, stderr: true }, true)
    if (!inherited || !hand || !isPortless(hand)) return build()
    const begun = begin(inherited, fileOf(args[0]), hand.source)
    const given = { ...hand, ...hidden, ...(begun && { birth: begun.birth }) }
    const instance = withEnvironmentData(given, build)
    const worker = innerOf(instance)
    if (worker) adopt(worker, given, inherited, begun)
    return instance
  })
  put(shell)
  return () => {
    if ((globalThis as Global).Worker === shell) put(original)
  }
}

// Other runtimes and packages have globals of that name, too.
function isNodes(value: WebWorkerClass | undefined): value is WebWorkerClass {
  const { bun, deno } = process.versions
  return !bun && !deno && !!value && Object.getPrototypeOf(value) === EventTarget
}

function put(value: WebWorkerClass): void {
  const descriptor = { value, writable: true, enumerable: false, configurable: true }
  Object.defineProperty(globalThis, 'Worker', descriptor)
}

// As the shell of node:worker_threads' class (`worker.ts`).
function createShell(
  original: WebWorkerClass,
  construct: (args: unknown[], newTarget: NewableFunction) => EventTarget,
): WebWorkerClass {
  const shell = class Worker extends EventTarget {
    // @ts-expect-error No super(): the original class creates the instance that is returned.
    constructor(scriptURL: unknown, options: unknown = undefined) {
      void scriptURL
      void options
      // biome-ignore lint/complexity/noArguments: the number of arguments matters
      // biome-ignore lint/correctness/noConstructorReturn: returns the original class's instance
      return construct([...arguments], new.target) as never
    }
  } as unknown as WebWorkerClass
  const { constructor: _own, ...members } = Object.getOwnPropertyDescriptors(original.prototype)
  Object.setPrototypeOf(shell.prototype, original.prototype as object)
  Object.defineProperties(shell.prototype, members)
  return shell
}

// Without a runtime directory there is no queue that needs no port.
function isPortless({ queue }: WorkerHand): boolean {
  if (queue.type === 'ring') queue.port.close()
  return queue.type === 'file'
}

/** The Worker of node:worker_threads within; null if there is no such script. */
function innerOf(instance: EventTarget): NodeWorker | null | undefined {
  const symbols = Object.getOwnPropertySymbols(instance)
  const key = symbols.find(({ description }) => description === 'kWorker')
  return key && (instance as unknown as Record<symbol, NodeWorker | null>)[key]
}

function fileOf(script: unknown): unknown {
  return typeof script === 'string' && URL.canParse(script) ? new URL(script) : script
}
