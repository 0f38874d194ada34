// Inspector: a debugger of this process sees the listener's thread among the application's, and may have each new thread wait
// for it.

import type { Worker } from 'node:worker_threads'
import { process } from '../core/originals.js'

type Inspector = typeof import('node:inspector')

/** Whether the inspector is open. Never throws. */
export function isInspected(): boolean {
  isLoaded()
  return attempt(({ url }) => url() !== undefined) ?? false
}

/**
 * To be called before the listener's thread is made, and the returned function with the thread: a session of the
 * application (`new inspector.Session()`) may have it wait, so a session of ours has it run. Never throws.
 */
export function runsAnyway(): (thread: Worker) => void {
  const session = isLoaded() ? attempt(connect) : undefined
  return (thread) => {
    if (!session) return
    const end = (): void => session.disconnect()
    thread.once('online', end).once('exit', end)
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      const { sessionId, workerInfo } = params
      if (workerInfo.workerId === `${thread.threadId}`)
        session.post('NodeWorker.sendMessageToWorker', { sessionId, message: RUN })
    })
    attempt(() => session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }))
  }
}

let isOfApplication: boolean | undefined

// Whether the application has loaded the module, without which it has no session. Afterwards, this file has loaded it.
function isLoaded(): boolean {
  const { moduleLoadList } = process as { readonly moduleLoadList?: readonly string[] }
  isOfApplication ??= moduleLoadList?.includes('NativeModule inspector') ?? false
  return isOfApplication
}

const RUN = JSON.stringify({ id: 1, method: 'Runtime.runIfWaitingForDebugger' })

function connect({ Session }: Inspector): import('node:inspector').Session {
  const session = new Session()
  session.connect()
  return session
}

function attempt<T>(act: (inspector: Inspector) => T): T | undefined {
  try {
    return act(require('node:inspector') as Inspector)
  } catch {
    return undefined // Node was built without it
  }
}
