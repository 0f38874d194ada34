// Directory: the runtime directory of one user and application, which holds queue files and the doorbell.

import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, rmdirSync, type Stats, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { LogshareError } from './errors.js'
import { takeLock } from './lock.js'
import { notice, reasonOf } from './notice.js'
import { process } from './originals.js'

const PRIVATE = 0o700
/** Files that logshare creates in a runtime directory; it removes no others. */
const OWN_FILES =
  /\.(?:q|end|pipe)$|^reopen$|^bell\.sock$|^(?:config|state)\.json(?:\.new|\.again)?$|^listener\.\d+\.lock(?:\.new)?$/

/**
 * Creates the runtime directory and returns its path. With `LOGSHARE_DIR` it is that directory, or a new one inside it
 * while another application uses it. Otherwise it is a new directory below `XDG_RUNTIME_DIR` or, if that is not set or
 * not usable, below the system's temporary directory. Throws `LOGSHARE_ERR_DIR` if it cannot be created, or is not
 * private to this user.
 */
export function makeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const id = `${process.pid}-${randomBytes(4).toString('hex')}`
  if (env.LOGSHARE_DIR) {
    const path = ensure(resolve(env.LOGSHARE_DIR))
    return takeLock(path) ? path : ensureLocked(join(path, id))
  }
  const [base, ...others] = basesOf(env)
  try {
    return makeBelow(base, id)
  } catch (error) {
    const [other] = others
    if (other === undefined) throw error
    const path = makeBelow(other, id)
    notice('LOGSHARE_WARN_FAILED_OPEN', `${reasonOf(error)}; using ${path}`, 'directory')
    return path
  }
}

function makeBelow(base: string, id: string): string {
  return ensureLocked(join(ensure(base), id))
}

/** Creates a directory that the user named, if it does not exist, and returns its path. Throws `LOGSHARE_ERR_DIR`. */
export function openDirectory(path: string): string {
  return ensure(resolve(path))
}

/** Throws `LOGSHARE_ERR_DIR` if the path is not a directory that is private to this user. */
export function checkOwned(path: string): void {
  check(
    path,
    attempt(path, () => lstatSync(path)),
  )
}

/**
 * Throws `LOGSHARE_ERR_DIR` if `LOGSHARE_DIR` exists but cannot be used. Called at start, before the first child needs
 * it.
 */
export function checkDirectory(env: NodeJS.ProcessEnv = process.env): void {
  if (!env.LOGSHARE_DIR) return
  const path = resolve(env.LOGSHARE_DIR)
  const stats = attempt(path, () => lstatSync(path, { throwIfNoEntry: false }))
  if (stats) check(path, stats)
}

/**
 * Creates, if it does not exist, a directory that all applications of this user share, for the lock named `name`.
 * Throws `LOGSHARE_ERR_DIR`.
 */
export function makeShared(name: string, env: NodeJS.ProcessEnv = process.env): string {
  return ensure(join(ensure(`${basesOf(env)[0]}-files`), name))
}

/** Removes our files from a runtime directory, and the directory itself if logshare created it. Never throws. */
export function removeDirectory(path: string): void {
  try {
    for (const file of readdirSync(path)) if (OWN_FILES.test(file)) unlinkSync(join(path, file))
    if (created.has(path) || GENERATED_NAME.test(path)) rmdirSync(path)
  } catch {
    // It holds a file that is not ours. Leave the directory.
  }
}

/** Directories that this thread created. */
const created = new Set<string>()
/** Last part of the path of a directory whose name logshare generated: process id and eight random hex digits. */
const GENERATED_NAME = /[\\/]\d+-[0-9a-f]{8}$/

/** Runtime directories in this user's default locations, of all applications. */
export function listDirectories(env: NodeJS.ProcessEnv = process.env): string[] {
  return basesOf(env).flatMap((base) => {
    try {
      return readdirSync(base)
        .map((name) => join(base, name))
        .filter((path) => GENERATED_NAME.test(path))
    } catch {
      return []
    }
  })
}

// The default location, followed by the fallback.
function basesOf(env: NodeJS.ProcessEnv): [string, ...string[]] {
  const name = `logshare-${process.getuid?.() ?? 'user'}`
  const common = join(tmpdir(), name)
  return env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, name), common] : [common]
}

// The name is new, so no other process can hold the lock: if it cannot be taken, it could not be written.
function ensureLocked(path: string): string {
  if (takeLock(ensure(path))) return path
  removeDirectory(path)
  throw new LogshareError(
    'LOGSHARE_ERR_DIR',
    `runtime directory ${path}: cannot write a file in it`,
  )
}

function ensure(path: string): string {
  const first = attempt(path, () => mkdirSync(path, { mode: PRIVATE, recursive: true }))
  if (first !== undefined) created.add(path)
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

// The callers use lstat, so that a symbolic link planted by another user is not followed.
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
