// Leads: where a logger's destinations lead, as bits: what a child writes itself, and what it leaves to the root.

export const Leads = {
  /** To stdout or stderr. */
  TERMINAL: 1,
  /** To a standard stream whose output is data for another reader. */
  DATA: 2,
  /** To this thread's memory. */
  MEMORY: 4,
  /** To files and threads that the root's logger writes to as well. A child leaves them to the root. */
  OTHER: 8,
  /** To anything else: streams of the application's own, and files that the root does not write. A child writes them. */
  OWN: 16,
} as const
