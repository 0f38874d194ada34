// Directory: the runtime directory of one user and application, which holds queue files and the doorbell.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { LogshareError } from './errors.js'
import { takeLock } from './lock.js'
import { notice, reasonOf } from './notice.js'
import { process } from './originals.js'
import { currentUser, folderFault, privateFault } from './trust.js'
import { uniqueHex } from './unique.js'

const PRIVATE = 0o700
/** Files that logshare creates in a runtime directory; it removes no others. */
const OWN_FILES =
  /\.(?:q|end|pipe)$|^reopen$|^bell\.sock$|^(?:config|state)\.json(?:\.new|\.again)?$|^listener\.\d+\.lock(?:\.new)?$/

/**
 * Creates the runtime directory and returns its path. With `LOGSHARE_DIR` it is that directory, or a new one inside it
 * while another application uses it. Otherwise it is a new directory below `XDG_RUNTIME_DIR` or, if that is not set or
 * not usable, below the system's temporary directory, or below /tmp if others can rename in that. Throws
 * `LOGSHARE_ERR_DIR` if it cannot be created, or is not private to this user.
 */
export function makeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const id = `${process.pid}-${uniqueHex()}`
  if (env.LOGSHARE_DIR) {
    const path = ensure(resolve(env.LOGSHARE_DIR))
    pointTo(path, env)
    return takeLock(path) ? path : ensureLocked(join(path, id))
  }
  let first: unknown
  for (const place of placesOf(env)) {
    try {
      const path = ensureLocked(join(ensureHome(place), id))
      if (first !== undefined) tellOther(first, path)
      return path
    } catch (error) {
      first ??= error
    }
  }
  throw first
}

// The directory for all runtime directories of this user in a place. Somebody else may have taken the usual name.
function ensureHome(place: string): string {
  const usual = join(place, homeName())
  try {
    return ensure(usual)
  } catch (error) {
    const isTaken = lstatSync(usual, { throwIfNoEntry: false }) !== undefined
    if (!isTaken || folderFault(place) !== undefined) throw error
    const other = homesIn(place)[0] ?? ensure(`${usual}-${uniqueHex()}`)
    tellOther(error, other)
    return other
  }
}

function tellOther(error: unknown, path: string): void {
  notice('LOGSHARE_WARN_FAILED_OPEN', `${reasonOf(error)}; using ${path}`, 'directory')
}

/** Creates a directory that the user named, if it does not exist, and returns its path. Throws `LOGSHARE_ERR_DIR`. */
export function openDirectory(path: string): string {
  return ensure(resolve(path))
}

/** Throws `LOGSHARE_ERR_DIR` if the path is not a directory that is private to this user, in folders that are safe. */
export function checkOwned(path: string): void {
  check(path)
}

/**
 * Throws `LOGSHARE_ERR_DIR` if `LOGSHARE_DIR` exists but cannot be used. Called at start, before the first child needs
 * it.
 */
export function checkDirectory(env: NodeJS.ProcessEnv = process.env): void {
  if (!env.LOGSHARE_DIR) return
  const path = resolve(env.LOGSHARE_DIR)
  const stats = attempt(path, () => lstatSync(path, { throwIfNoEntry: false }))
  if (stats) check(path)
  else refuse(path, folderFault(dirname(path)))
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
  return placesOf(env)
    .flatMap(homesIn)
    .flatMap((home) => namesIn(home).map((name) => home + sep + name))
    .filter((path) => GENERATED_NAME.test(path))
}

/**
 * Directories that applications of this user were given by `LOGSHARE_DIR`, and those in them of applications that found
 * them in use. Removes links to directories that are gone.
 */
export function listNamed(env: NodeJS.ProcessEnv = process.env): string[] {
  const homes = placesOf(env).flatMap(homesIn)
  const links = homes.flatMap((home) => namesIn(home).map((name) => join(home, name)))
  return links
    .filter((path) => POINTER.test(path))
    .flatMap((link) => {
      try {
        const path = readlinkSync(link)
        if (!existsSync(path)) unlinkSync(link)
        return [
          path,
          ...namesIn(path)
            .map((name) => join(path, name))
            .filter((each) => GENERATED_NAME.test(each)),
        ]
      } catch {
        return []
      }
    })
}

/** Last part of the path of a link to a directory that the user named. */
const POINTER = /[\\/][0-9a-f]{16}\.at$/

// One link for each directory, for the commands that look for applications. Without it they have to be told.
function pointTo(path: string, env: NodeJS.ProcessEnv): void {
  try {
    const [place = ''] = placesOf(env)
    const { createHash } = require('node:crypto') as typeof import('node:crypto')
    const name = createHash('sha256').update(path).digest('hex').slice(0, 16)
    symlinkSync(path, join(ensureHome(place), `${name}.at`))
  } catch {
    // It is there already, or cannot be made.
  }
}

// The default place, followed by the fallbacks.
function placesOf(env: NodeJS.ProcessEnv): string[] {
  const common = tmpdir()
  const places = env.XDG_RUNTIME_DIR ? [env.XDG_RUNTIME_DIR, common] : [common]
  const isShared = currentUser() !== undefined && folderFault(common) !== undefined
  return isShared && common !== '/tmp' ? [...places, '/tmp'] : places
}

function homeName(): string {
  return `logshare-${currentUser() ?? 'user'}`
}

// What `ensureHome` has made in a place, the usual name first.
function homesIn(place: string): string[] {
  const usual = homeName()
  const isHome = (name: string): boolean =>
    name.startsWith(usual) && /^(?:-[0-9a-f]{8})?$/.test(name.slice(usual.length))
  return namesIn(place)
    .filter(isHome)
    .sort()
    .map((name) => join(place, name))
    .filter((path) => {
      try {
        return privateFault(path) === undefined
      } catch {
        return false // removed meanwhile
      }
    })
}

/** Names in a directory; none if it cannot be read. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
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
  refuse(path, folderFault(dirname(path))) // before anything is made there
  const first = attempt(path, () => mkdirSync(path, { mode: PRIVATE, recursive: true }))
  if (first !== undefined) created.add(path)
  check(path)
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

function check(path: string): void {
  refuse(
    path,
    attempt(path, () => privateFault(path)),
  )
}

function refuse(path: string, fault: string | undefined): void {
  if (fault) throw new LogshareError('LOGSHARE_ERR_DIR', `runtime directory ${path}: ${fault}`)
}
