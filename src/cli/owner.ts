// Owner: lets root look after the applications of other users, with no more rights than the owner of each directory has.
//
// Whatever a user puts into a runtime directory, such as a link, then leads root nowhere that the user could not go.

import { lstatSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listDirectories, listNamed, namesIn } from '../core/directory.js'
import { process } from '../core/originals.js'
import { currentUser } from '../core/trust.js'

/** A group that owns nothing: the rights of a directory's owner suffice. */
const NO_GROUP = 65_534

/** Runtime directories in the default places, and those that LOGSHARE_DIR named: this user's, and for root all users'. */
export function listAll(): string[] {
  if (currentUser() !== 0) return list()
  // Given as a variable: with another user's rights Node does not read TMPDIR.
  const common = { XDG_RUNTIME_DIR: tmpdir() }
  const others = usersIn(tmpdir()).flatMap((user) => asUser(user, () => list(common)))
  const sessions = namesIn('/run/user').flatMap((name) => {
    const env = { XDG_RUNTIME_DIR: join('/run/user', name) }
    return /^\d+$/.test(name) ? asUser(Number(name), () => list(env)) : []
  })
  return [...new Set([...list(), ...others, ...sessions])]
}

function list(env?: NodeJS.ProcessEnv): string[] {
  return [...listDirectories(env), ...listNamed(env)]
}

/** Calls `act` with the rights of a directory's owner, if this is root. The directory may be gone. */
export function asOwner<T>(directory: string, act: () => T): T {
  if (currentUser() !== 0) return act()
  const stats = lstatSync(directory, { throwIfNoEntry: false })
  return asUser(stats?.uid ?? 0, act)
}

function asUser<T>(user: number, act: () => T): T {
  const { setgroups, setegid, seteuid, getgroups } = process
  if (user === 0 || !setgroups || !setegid || !seteuid || !getgroups) return act()
  const groups = getgroups.call(process)
  setgroups.call(process, [])
  setegid.call(process, NO_GROUP)
  seteuid.call(process, user)
  try {
    return act()
  } finally {
    seteuid.call(process, 0)
    setegid.call(process, 0)
    setgroups.call(process, groups)
  }
}

function usersIn(place: string): number[] {
  const found = namesIn(place).map((name) => Number(/^logshare-(\d{1,9})/.exec(name)?.[1] ?? 0))
  return [...new Set(found)]
}
