// Database: the file of `logshare merge --to`, written under another name and put in place once it is complete.

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { expected, LogshareError } from '../core/errors.js'
import { process } from '../core/originals.js'
import { type Database, findSqlite, type Value } from './sqlite.js'

/** In the header of the file: "logs". */
const APPLICATION_ID = 0x6c6f6773
const ID_OFFSET = 68
const MAGIC = 'SQLite format 3\0'
/** Rows of a transaction. */
const ROWS = 5000

const TABLE = `CREATE TABLE log (
  id INTEGER PRIMARY KEY, time TEXT, us INTEGER, level INTEGER, label TEXT, name TEXT, source TEXT,
  pid INTEGER, message TEXT, file TEXT, fields TEXT, line TEXT
)`
const INSERT = 'INSERT INTO log VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
const INDEXES = `CREATE INDEX log_time ON log (time); CREATE INDEX log_us ON log (us);
CREATE INDEX log_level ON log (level, us); CREATE INDEX log_name ON log (name, us);
CREATE INDEX log_source ON log (source, us)`

/**
 * Opens with nothing at `path`, or with a database of ours that may be replaced. Throws `LOGSHARE_ERR_OPTION` otherwise.
 */
export class LogDatabase {
  readonly #path: string
  readonly #temporary: string
  readonly #isReplacing: boolean
  readonly #database: Database
  readonly #insert: ReturnType<Database['prepare']>
  #rows = 0
  #isOpen = true

  constructor(path: string, isReplacing: boolean) {
    checkPath(path, isReplacing)
    const open = findSqlite()
    this.#path = path
    this.#isReplacing = isReplacing
    this.#temporary = `${path}.${process.pid}.tmp`
    // What others may have put there is not opened.
    closeSync(named(path, () => openSync(this.#temporary, 'wx')))
    try {
      this.#database = open(this.#temporary)
      this.#database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF')
      this.#database.exec(
        `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1; BEGIN`,
      )
      this.#database.exec(TABLE)
      this.#insert = this.#database.prepare(INSERT)
    } catch (error) {
      rmSync(this.#temporary, { force: true })
      throw failureOf(path, error)
    }
  }

  /** Whether the transaction has all its rows. */
  get isFull(): boolean {
    return this.#rows >= ROWS
  }

  add(values: readonly Value[]): void {
    this.#rows++
    this.#attempt(() => this.#insert.run(...values))
  }

  commit(): void {
    if (this.#rows === 0) return
    this.#rows = 0
    this.#attempt(() => this.#database.exec('COMMIT; BEGIN'))
  }

  /** Makes the indexes and gives the file its name. */
  finish(): void {
    this.#attempt(() => {
      this.#database.exec(`${INDEXES}; COMMIT`)
      this.#database.close()
    })
    this.#isOpen = false
    named(this.#path, () => {
      try {
        sync(this.#temporary)
        this.#place()
      } finally {
        rmSync(this.#temporary, { force: true })
      }
    })
  }

  /** Leaves nothing behind. */
  discard(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    try {
      this.#database.close()
    } catch {}
    rmSync(this.#temporary, { force: true })
  }

  // A link, unlike a renamed file, takes no other's place. Some file systems have none.
  #place(): void {
    if (!this.#isReplacing) {
      try {
        linkSync(this.#temporary, this.#path)
        return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
      }
    }
    renameSync(this.#temporary, this.#path)
  }

  #attempt(action: () => unknown): void {
    try {
      action()
    } catch (error) {
      this.discard()
      throw failureOf(this.#path, error)
    }
  }
}

function checkPath(path: string, isReplacing: boolean): void {
  const refuse = (text: string): never => {
    throw new LogshareError('LOGSHARE_ERR_OPTION', `--to: ${text}`)
  }
  // SQLite would take what another database has left for a part of this one.
  for (const beside of [`${path}-wal`, `${path}-journal`])
    if (existsSync(beside)) refuse(`${path} is in use: there is ${beside}`)
  const status = statSync(path, { throwIfNoEntry: false })
  if (!status) return
  if (!status.isFile() || !isOurs(path))
    refuse(expected('a new file, or one that --to has written', path))
  if (!isReplacing) refuse(`${path} exists; add --replace to write it anew`)
}

function isOurs(path: string): boolean {
  const head = Buffer.alloc(ID_OFFSET + 4)
  const fd = named(path, () => openSync(path, 'r'))
  try {
    readSync(fd, head, 0, head.length, 0)
  } finally {
    closeSync(fd)
  }
  return (
    head.toString('latin1', 0, MAGIC.length) === MAGIC &&
    head.readInt32BE(ID_OFFSET) === APPLICATION_ID
  )
}

function sync(path: string): void {
  const fd = openSync(path, 'r+')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function named<Result>(path: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    throw failureOf(path, error)
  }
}

function failureOf(path: string, error: unknown): LogshareError {
  return new LogshareError('LOGSHARE_ERR_OPTION', `--to ${path}: ${(error as Error).message}`)
}
