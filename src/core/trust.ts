// Trust: whether a folder or a file can be changed or replaced by another user of the machine.
//
// A folder is safe if it, and every folder above it, belongs to this user or root and nobody else can rename in it. In a
// sticky folder such as /tmp only the owner of a file can. A file is opened first and then checked by its descriptor, so
// that what was checked is what is read.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from 'node:fs'
import { dirname, join, parse, resolve, sep } from 'node:path'
import { LogshareError } from './errors.js'
import { reasonOf } from './notice.js'
import { process } from './originals.js'

const STICKY = 0o1000
const MAX_LINKS = 40
/** Not there on Windows. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>

/** This user, whose rights count for files; undefined where there are none (Windows). */
export function currentUser(): number | undefined {
  return process.geteuid?.()
}

/** Why another user could replace what is in a folder; undefined if nobody can, or as far as it does not exist yet. */
export function folderFault(path: string): string | undefined {
  const user = currentUser()
  if (user === undefined) return undefined
  try {
    return walk(resolve(path), user)
  } catch (error) {
    return reasonOf(error)
  }
}

/** Why a directory is not private to this user; undefined if it is. Throws the system's error if it does not exist. */
export function privateFault(path: string): string | undefined {
  const stats = lstatSync(path)
  if (!stats.isDirectory()) return 'expected a directory, got something else'
  const user = currentUser()
  if (user === undefined) return undefined
  if (stats.uid !== user) {
    return `expected it to belong to user ${user}, it belongs to user ${stats.uid}`
  }
  if ((stats.mode & 0o077) !== 0) {
    return `expected mode 0700, got 0${(stats.mode & 0o777).toString(8)}`
  }
  return folderFault(dirname(path))
}

/**
 * The text of a file in a runtime directory. Throws the system's error, or `LOGSHARE_ERR_DIR` if somebody else could have
 * written it. `links`: how many names it may have.
 */
export function readPrivate(directory: string, name: string, links = 1): string {
  const path = join(directory, name)
  const fd = openSync(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const fault = fileFault(fstatSync(fd), links) ?? folderFault(directory)
    if (fault === undefined) return readFileSync(fd, 'utf8')
    throw new LogshareError('LOGSHARE_ERR_DIR', `${path} is not used: ${fault}`)
  } finally {
    closeSync(fd)
  }
}

// Follows links as the system does, so that every folder is checked that leads to the path.
function walk(path: string, user: number): string | undefined {
  let at = parse(path).root
  let rest = partsOf(path)
  for (let links = 0; ; ) {
    const stats = lstatSync(at, { throwIfNoEntry: false })
    if (!stats) return undefined
    const fault = partFault(at, stats, user)
    if (fault !== undefined) return fault
    if (stats.isSymbolicLink()) {
      if (++links > MAX_LINKS) return `${at}: too many links`
      const target = resolve(dirname(at), readlinkSync(at))
      at = parse(target).root
      rest = [...partsOf(target), ...rest]
      continue
    }
    const next = rest.shift()
    if (next === undefined || !stats.isDirectory()) return undefined
    at = join(at, next)
  }
}

function partsOf(path: string): string[] {
  return path.slice(parse(path).root.length).split(sep).filter(Boolean)
}

function partFault(path: string, stats: Stats, user: number): string | undefined {
  if (!isTrusted(stats.uid, user)) return `${path} belongs to user ${stats.uid}`
  if (stats.isSymbolicLink() || (stats.mode & STICKY) !== 0) return undefined
  const isShared = (stats.mode & 0o020) !== 0 && !isOwnGroup(stats.gid, user)
  if ((stats.mode & 0o002) === 0 && !isShared) return undefined
  return `${path} can be changed by other users (mode 0${(stats.mode & 0o777).toString(8)})`
}

function fileFault(stats: Stats, links: number): string | undefined {
  if (!stats.isFile()) return 'expected a file, got something else'
  const user = currentUser()
  if (user === undefined) return undefined
  if (!isTrusted(stats.uid, user)) return `it belongs to user ${stats.uid}`
  if ((stats.mode & 0o022) !== 0) return 'other users can write it'
  return stats.nlink > links ? 'it has another name' : undefined
}

// Whoever owns `/` can do anything. In a user namespace that is not 0 but the user that stands for all others.
function isTrusted(owner: number, user: number): boolean {
  return owner === user || owner === 0 || owner === lstatSync('/').uid
}

// Many systems give each user a group of the same name, and a umask that lets the group write.
function isOwnGroup(gid: number, user: number): boolean {
  if (gid !== process.getegid?.()) return false
  try {
    const users = linesOf('/etc/passwd').filter(
      ([, , id, group]) => group === `${gid}` || id === `${user}`,
    )
    const group = linesOf('/etc/group').find(([, , id]) => id === `${gid}`)
    const others = group?.[3]?.split(',').filter((name) => name && name !== users[0]?.[0])
    return users.length === 1 && users[0]?.[2] === `${user}` && others?.length === 0
  } catch {
    return false
  }
}

function linesOf(path: string): string[][] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(':'))
}
