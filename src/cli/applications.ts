// Applications: finds running applications by their runtime directories and queries their listeners over the doorbell.

import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { checkOwned } from '../core/directory.js'
import type { Threshold } from '../core/level.js'
import { holderOf } from '../core/lock.js'
import { process, wallNow } from '../core/originals.js'
import { pidOf } from '../listener/source.js'
import type { ListenerStatus } from '../listener/status.js'
import { CENSUS, doorbellPath } from '../queue/doorbell.js'
import { listProducers } from '../queue/segment.js'
import { readInheritance } from '../spawn/inherit.js'
import { asOwner, listAll } from './owner.js'

/** Longest time (ms) to wait for a listener's answer. */
const LIMIT = 2000
/** Longest answer (characters): another user's process need not be a listener. */
const MAX_ANSWER = 2 ** 26

export interface Application {
  readonly directory: string
  /** Process of the listener. */
  readonly pid: number
  readonly collector: boolean
  readonly level: Threshold
  readonly levels: Readonly<Record<string, Threshold>>
  /** When it answered (ms since the epoch). */
  readonly at: number
  /** Undefined if it did not answer. */
  readonly census: ListenerStatus | undefined
}

/**
 * Queries running applications. `target` is a runtime directory or the id of any process of an application; without it,
 * all applications of this user are queried, and for root those of all users. Rejects with `LOGSHARE_ERR_DIR` for a directory of another user.
 */
export async function findApplications(
  target: string | undefined,
): Promise<readonly Application[]> {
  const directories = findDirectories(target)
  const found = await Promise.all(directories.map(ask))
  return found.filter((each) => each !== undefined)
}

function findDirectories(target: string | undefined): readonly string[] {
  if (target !== undefined && !/^\d+$/.test(target)) {
    const directory = resolve(target)
    asOwner(directory, () => checkOwned(directory))
    return [directory]
  }
  const all = [...new Set([...fromEnvironment(), ...listAll()])]
  return target === undefined ? all : all.filter((each) => isOf(each, Number(target)))
}

// LOGSHARE_DIR itself, and the directories in it of applications that found it in use.
function fromEnvironment(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  if (!env.LOGSHARE_DIR) return []
  const directory = resolve(env.LOGSHARE_DIR)
  try {
    const within = readdirSync(directory).filter((name) => /^\d+-[0-9a-f]{8}$/.test(name))
    return [directory, ...within.map((name) => join(directory, name))]
  } catch {
    return []
  }
}

function isOf(directory: string, pid: number): boolean {
  try {
    return asOwner(directory, () => {
      if (holderOf(directory) === pid) return true
      return [...listProducers(directory).keys()].some((producer) => pidOf(producer) === pid)
    })
  } catch {
    return false
  }
}

async function ask(directory: string): Promise<Application | undefined> {
  const found = asOwner(directory, () => {
    const pid = isOwned(directory) ? holderOf(directory) : undefined
    const inheritance = readInheritance(directory)
    if (pid === undefined || !inheritance) return undefined
    return { pid, inheritance, answer: askListener(directory) } // connects at once
  })
  if (!found) return undefined
  const { pid, inheritance, answer } = found
  const { level, levels, isCollector = false } = inheritance
  const census = await answer
  return { directory, pid, collector: isCollector, level, levels, at: wallNow(), census }
}

function isOwned(directory: string): boolean {
  try {
    checkOwned(directory)
    return true
  } catch {
    return false
  }
}

function askListener(directory: string): Promise<ListenerStatus | undefined> {
  return new Promise((done) => {
    let text = ''
    const socket = connect({ path: doorbellPath(directory) })
    socket.setEncoding('utf8')
    socket.setTimeout(LIMIT, () => socket.destroy())
    socket.on('connect', () => socket.write(`${CENSUS}\n`))
    socket.on('data', (part) => {
      text += part
      if (text.length > MAX_ANSWER) socket.destroy()
    })
    socket.on('error', () => {}) // `close` follows
    socket.on('close', () => done(parse(text)))
  })
}

function parse(text: string): ListenerStatus | undefined {
  try {
    return JSON.parse(text) as ListenerStatus
  } catch {
    return undefined
  }
}
