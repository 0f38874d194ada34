// Record: what a record contains of a call, and what goes with it to the root.

import type { InstanceIdentity } from '../kit/identity/instances.js'
import type { Signale } from './library.js'

/** What goes with a record to the root: a call's type and arguments, or a timer's finished text. */
export interface Extra {
  readonly identity: InstanceIdentity
  readonly type?: string
  /** Name of the file that logged, if the logger displays it. */
  readonly file?: string
  readonly args?: unknown
  readonly text?: string
}

/** The message, from a call's arguments as `_buildSignale` reads them. */
export function messageOf(logger: Signale, args: readonly unknown[]): string {
  const [first] = args
  if (args.length !== 1 || typeof first !== 'object' || first === null)
    return logger._formatMessage(args)
  if (first instanceof Error) return String(first.message)
  const { prefix, message, suffix } = first as Record<string, unknown>
  if (!prefix && !message && !suffix) return logger._formatMessage(args)
  return [prefix, message && logger._formatMessage(message), suffix].filter(Boolean).join(' ')
}

/** A copy of an error with the logger's secrets replaced; it has a name, a message and a stack only. */
export function censor(logger: Signale, error: Error): Error {
  const censored = new Error(logger._filterSecrets(error.message))
  censored.name = error.name
  censored.stack = logger._filterSecrets(String(error.stack))
  return censored
}
