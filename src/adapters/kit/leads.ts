// Leads: where a logger's destinations lead, as bits: what a child writes itself, and what it leaves to the root.

import type { AdapterContext } from './adapter.js'

export const Leads = {
  /** To stdout or stderr. */
  TERMINAL: 1,
  /** To a standard stream whose output is data for another reader. */
  DATA: 2,
  /** To this thread's memory. */
  MEMORY: 4,
  /** To files and threads that the root's logger writes to as well. A child leaves them to the root. */
  OTHER: 8,
  /** To a worker's stdout or stderr, which its parent gets. */
  PARENT: 16,
  /** To anything else: streams of the application's own, and files that the root does not write. A child writes them. */
  OWN: 32,
} as const

/** Where a standard stream leads whose output is no data, given as the stream or as an object with its file descriptor. */
export function terminalLead({ fd }: { readonly fd?: unknown }): number {
  return fd === undefined ? Leads.PARENT : Leads.TERMINAL
}

/** What a console handler shows, so that this thread does not write it. */
export function ownedLeads({ isTerminalOwned, isDescriptorOwned }: AdapterContext): number {
  return (isTerminalOwned ? Leads.PARENT : 0) | (isDescriptorOwned ? Leads.TERMINAL : 0)
}
