// Transports: the attached transports of tslog's loggers. Those of the root's logger get the records of children, too.

import type { AdapterContext } from '../kit/adapter.js'
import type { InstanceIdentity } from '../kit/identity/instances.js'
import { identify, instances, type Logger, UNNAMED } from './library.js'

/** Announced under this name: 1 if a logger of the root has transports, 0 if it has none any more. */
const TRANSPORTS = 'tslog-transports'

export function hasTransports({ settings: { attachedTransports } }: Logger): boolean {
  return attachedTransports !== undefined && attachedTransports.length > 0
}

/** In a child: whether the root's logger has transports, which get this logger's records. */
export function hasTransportsInRoot(
  logger: Logger,
  { role, relays, levels }: AdapterContext,
): boolean {
  return role === 'take' && relays && levels.find(TRANSPORTS, keyOf(identify(logger))) === 1
}

/** In the root: the logger for a child's record, if it has transports. */
export function findLogger(identity: InstanceIdentity): Logger | undefined {
  const logger = instances.find(identity)
  if (logger && hasTransports(logger)) return logger
  return findAlike(keyOf(identity))
}

/** In the root: announces whether the logger has transports. Call it for a new logger and after each change. */
export function announceTransports(logger: Logger, { role, levels }: AdapterContext): void {
  if (role === 'take') return
  const key = keyOf(identify(logger))
  if (hasTransports(logger)) levels.announce(TRANSPORTS, key, 1)
  else if (levels.find(TRANSPORTS, key) === 1 && !findAlike(key))
    levels.announce(TRANSPORTS, key, 0)
}

/** Announces changes. Returns the undo. */
export function watchTransports(prototype: Logger, context: AdapterContext): () => void {
  const { attachTransport } = prototype
  if (context.role === 'take' || !attachTransport) return () => {}
  prototype.attachTransport = function (this: Logger, transport) {
    const detach = attachTransport.call(this, transport)
    announceTransports(this, context)
    if (!detach) return undefined
    return () => {
      detach()
      announceTransports(this, context)
    }
  }
  return () => {
    prototype.attachTransport = attachTransport
  }
}

// All loggers without a name have the same one: the file that created them tells them apart.
function keyOf({ name, place }: InstanceIdentity): string {
  return name === UNNAMED ? `${name} ${place}` : name
}

function findAlike(key: string): Logger | undefined {
  for (const logger of instances)
    if (hasTransports(logger) && keyOf(identify(logger)) === key) return logger
  return undefined
}
