// Sqlite: opens an SQLite database with what is there: Node's own module, or the package better-sqlite3.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { LogshareError } from '../core/errors.js'
import { process } from '../core/originals.js'

export type Value = string | number | bigint | null | Uint8Array

/** What the two have in common. */
export interface Database {
  exec(sql: string): unknown
  prepare(sql: string): { run(...values: readonly Value[]): unknown }
  close(): unknown
}

type Open = (path: string) => Database

/** better-sqlite3 13 ends Node 20 when it is loaded. */
const MAJOR = 12

/** Returns what opens a database. Throws `LOGSHARE_ERR_OPTION`, with what to install, if there is nothing. */
export function findSqlite(): Open {
  const open = ofNode() ?? ofPackage()
  if (open) return open
  throw new LogshareError(
    'LOGSHARE_ERR_OPTION',
    `--to: needs SQLite, which this Node (${process.version}) does not have; npm install better-sqlite3@${MAJOR}, or use Node 22.13 or later`,
  )
}

// Node 22 warns on stderr that the module is new.
function ofNode(): Open | undefined {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    const { DatabaseSync } = require('node:sqlite') as {
      DatabaseSync: new (path: string) => Database
    }
    return (path) => new DatabaseSync(path)
  } catch {
    return undefined
  } finally {
    process.emitWarning = emitWarning
  }
}

// Of the project in the current folder, or beside us.
function ofPackage(): Open | undefined {
  for (const from of [join(process.cwd(), 'x'), __filename]) {
    const required = createRequire(from)
    try {
      const { version } = required('better-sqlite3/package.json') as { version: string }
      if (Number.parseInt(version, 10) > MAJOR) continue
      const Opened = required('better-sqlite3') as new (path: string) => Database
      new Opened(':memory:').close()
      return (path) => new Opened(path)
    } catch {}
  }
  return undefined
}
