// Silent: a detached process that has not logged when it exits. It may be the last that its root's directory has waited for.

import { existsSync } from 'node:fs'
import { process } from '../core/originals.js'
import { expectedProducer } from '../queue/expected.js'
import type { Place } from '../spawn/inherit.js'
import { onExit } from './exit.js'

/** To be called in a detached process. `hasLogged`: it has a queue of its own, and ends that. */
export function endAtExit({ queue, inheritance, digest }: Place, hasLogged: () => boolean): void {
  const { directory } = queue
  if (directory === undefined || inheritance.isCollector) return
  onExit(() => {
    if (hasLogged() || !existsSync(directory)) return
    const { endUse } = require('./takeover.js') as typeof import('./takeover.js')
    const producer = expectedProducer(process.pid)
    endUse({ directory, producer, settings: inheritance.settings, digest })
  })
}
