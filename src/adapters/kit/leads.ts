// Leads: where a logger's destinations lead, as bits: what a child writes itself, and what it leaves to the root.

export const Leads = {
  /** To stdout or stderr. */
  TERMINAL: 1,
  /** To a standard stream whose output is data for another reader. */
  DATA: 2,
  /** To this thread's memory. */
  MEMORY: 4,
  /** To files, sockets, threads and the application's own. A child leaves them to the root if it has the logger. */
  OTHER: 8,
} as const
