// Others: the running applications of other users, for the superuser's commands.

import { lstatSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isLocked } from '../core/lock.js'
import { process } from '../core/originals.js'

export interface Other {
  readonly directory: string
  readonly uid: number
  readonly gid: number
}

const BASE = /^logshare-(\d+)$/
const RUNTIME = /^\d+-[0-9a-f]{8}$/

/** Runtime directories in the default places that belong to another user and are in use. */
export function listOthers(): readonly Other[] {
  const places = [tmpdir(), ...childrenOf('/run/user').map((name) => join('/run/user', name))]
  const bases = places.flatMap((place) =>
    childrenOf(place)
      .filter((name) => BASE.test(name) && Number(BASE.exec(name)?.[1]) !== process.getuid?.())
      .map((name) => join(place, name)),
  )
  return bases.flatMap((base) =>
    childrenOf(base)
      .filter((name) => RUNTIME.test(name))
      .flatMap((name) => otherAt(join(base, name))),
  )
}

function otherAt(directory: string): readonly Other[] {
  const stats = lstatSync(directory, { throwIfNoEntry: false })
  if (!stats?.isDirectory() || stats.uid === process.getuid?.() || !isLocked(directory)) return []
  return [{ directory, uid: stats.uid, gid: stats.gid }]
}

function childrenOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
