// The runtime directory: where queue files and the doorbell live, private to one user and one application.

import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, rmdirSync, type Stats, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { LogshareError } from './errors.js'
import { takeLock } from './lock.js'
import { notice, reasonOf } from './notice.js'

const PRIVATE = 0o700
/** Files that logshare makes in a runtime directory; it removes no others. */
const OURS =
  /\.(?:q|end)$|^bell\.sock$|^(?:config|state)\.json(?:\.new)?$|^listener\.\d+\.lock(?:\.new)?$/

/**
 * Makes the runtime directory and returns its path: `LOGSHARE_DIR` itself (or, while another application has it, a new
 * one within), else a new one beneath `XDG_RUNTIME_DIR` or, if there is none or it cannot be used, the system's temporary
 * directory. Throws `LOGSHARE_ERR_DIR` if it cannot be made or is not ours.
 */
export function makeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const id = `${process.pid}-${randomBytes(4).toString('hex')}`
  if (env.LOGSHARE_DIR) {
    const path = ensure(resolve(env.LOGSHARE_DIR))
    return takeLock(path) ? path : ensureLocked(join(path, id))
  }
  const [base, ...others] = basesOf(env)
  try {
    return makeBeneath(base, id)
  } catch (error) {
    const [other] = others
    if (other === undefined) throw error
    const path = makeBeneath(other, id)
    notice('LOGSHARE_WARN_FAILED_OPEN', `${reasonOf(error)}; using ${path}`, 'directory')
    return path
  }
}

function makeBeneath(base: string, id: string): string {
  return ensureLocked(join(ensure(base), id))
}

/** A directory that its user has named, made if it is not there. Throws `LOGSHARE_ERR_DIR`. */
export function openDirectory(path: string): string {
  return ensure(resolve(path))
}

/** Throws `LOGSHARE_ERR_DIR` if a runtime directory belongs to somebody else, or is none. */
export function checkOwned(path: string): void {
  check(
    path,
    attempt(path, () => lstatSync(path)),
  )
}

/** Throws `LOGSHARE_ERR_DIR` if `LOGSHARE_DIR` is there and cannot be used: told at start, not at the first child. */
export function checkDirectory(env: NodeJS.ProcessEnv = process.env): void {
  if (!env.LOGSHARE_DIR) return
  const path = resolve(env.LOGSHARE_DIR)
  const stats = attempt(path, () => lstatSync(path, { throwIfNoEntry: false }))
  if (stats) check(path, stats)
}

/** Removes our files from a runtime directory, and the directory if we have made it. Never throws. */
export function removeDirectory(path: string): void {
  try {
    for (const file of readdirSync(path)) if (OURS.test(file)) unlinkSync(join(path, file))
    if (made.has(path) || GIVEN_NAME.test(path)) rmdirSync(path)
  } catch {
    // Somebody else's file in it: theirs to remove.
  }
}

const made = new Set<string>()
/** The last part of a directory that a root has named itself: its process id and eight random digits. */
const GIVEN_NAME = /[\\/]\d+-[0-9a-f]{8}$/

/** Runtime directories of this user in the default place, whoever they belong to. */
export function listDirectories(env: NodeJS.ProcessEnv = process.env): string[] {
  return basesOf(env).flatMap((base) => {
    try {
      return readdirSync(base)
        .map((name) => join(base, name))
        .filter((path) => GIVEN_NAME.test(path))
    } catch {
      return []
    }
  })
}

// The default place, and another one should that not do.
function basesOf(env: NodeJS.ProcessEnv): [string, ...string[]] {
  const name = `logshare-${process.getuid?.() ?? 'user'}`
  const common = join(tmpdir(), name)
  return env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, name), common] : [common]
}

// Nobody else knows the name yet: a lock that cannot be taken cannot be written.
function ensureLocked(path: string): string {
  if (takeLock(ensure(path))) return path
  removeDirectory(path)
  throw new LogshareError('LOGSHARE_ERR_DIR', `runtime directory ${path}: no file can be written`)
}

function ensure(path: string): string {
  const first = attempt(path, () => mkdirSync(path, { mode: PRIVATE, recursive: true }))
  if (first !== undefined) made.add(path)
  check(path, lstatSync(path))
  return path
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_DIR', `runtime directory ${path}: ${reasonOf(cause)}`, {
      cause,
    })
  }
}

// lstat, so that a link laid by somebody else is not followed.
function check(path: string, stats: Stats): void {
  const fault = faultOf(stats)
  if (fault) throw new LogshareError('LOGSHARE_ERR_DIR', `runtime directory ${path}: ${fault}`)
}

function faultOf(stats: Stats): string | undefined {
  if (!stats.isDirectory()) return 'expected a directory, got something else'
  if (!process.getuid) return undefined
  if (stats.uid !== process.getuid()) {
    return `expected it to belong to user ${process.getuid()}, it belongs to user ${stats.uid}`
  }
  if ((stats.mode & 0o077) !== 0) {
    return `expected mode 0700, got 0${(stats.mode & 0o777).toString(8)}`
  }
  return undefined
}
