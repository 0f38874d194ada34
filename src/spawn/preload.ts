// Preload: the file that children load first, and its flag in NODE_OPTIONS and on command lines.

import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { notice } from '../core/notice.js'
import { process } from '../core/originals.js'
import type { SpawnOptions } from './child-process.js'
import { withOwn } from './own.js'

const HERE = resolve(__dirname, '../../register.js')

/** Path of the file that is preloaded into children. */
export const PRELOAD: string = onDisk(HERE)

/** Where a path is for processes without Yarn PnP, which gives a package with peers another name: `__virtual__/HASH/UP/…`. */
export function onDisk(path: string): string {
  const [, before, up, rest] =
    /^(.*)[\\/]__virtual__[\\/][^\\/]+[\\/](\d+)[\\/](.*)$/.exec(path) ?? []
  return rest === undefined ? path : resolve(`${before}`, '../'.repeat(Number(up)), rest)
}

/** The folder in which the process was started: Node looks there for a preload that is not named by its path. */
export const START_DIRECTORY: string = currentDirectory()

/** A path as a value in NODE_OPTIONS. Quoted only if it must be: Node 6 and 8 take quotes for a part of the path. */
export function quote(path: string): string {
  return /[ "]/.test(path) ? `"${path.replace(/[\\"]/g, '\\$&')}"` : path
}

/** Our flag for NODE_OPTIONS. In two words, because Node 6 and 8 reject `--require=` ("bad option"). */
export const PRELOAD_FLAG: string = `--require ${quote(PRELOAD)}`

/** The value of NODE_OPTIONS with our flag in front, for a process that has it not yet. */
export function withPreload(options: string | undefined): string {
  return options ? `${PRELOAD_FLAG} ${options}` : PRELOAD_FLAG
}

/** In a bundle, this code is not where the package has it, and there is no preload. */
const isInPlace = resolve(HERE, '../dist/spawn/preload.js') === __filename

/**
 * Whether this user can read the preload file now, and the process may open enough files. If not, children start without
 * logshare: a missing preload would kill them. `file`: the program that is started, unless it is a thread.
 */
export function canPreload(file?: string): boolean {
  if (!isInPlace) {
    if (isNode(file)) notice('LOGSHARE_WARN_FAILED_OPEN', BUNDLED)
    return false
  }
  try {
    accessSync(PRELOAD, constants.R_OK)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return false
    const reason = `children start without logshare: user ${process.getuid?.()} may not read ${PRELOAD}`
    notice('LOGSHARE_WARN_FAILED_OPEN', reason, 'preload')
    return false
  }
  hasDescriptors ??= (
    require('../core/limits.js') as typeof import('../core/limits.js')
  ).hasDescriptors()
  return hasDescriptors
}

let hasDescriptors: boolean | undefined

const BUNDLED =
  'children start without logshare, which is bundled: mark it as external in the bundler'

function isNode(file: string | undefined): boolean {
  return file === undefined || /(?:^|[\\/])node(?:\.exe)?$/.test(file)
}

/** A flag that names our preload by its path or our usual name. */
const NAMED = new RegExp(
  `(?<=^| )(?:-r|--require|--import)(?: +|=)"?(?:file://)?(?:${literal(PRELOAD)}|logshare/register)"?(?: |$)`,
  'g',
)

/** NODE_OPTIONS without our preload, which has gone. Everything else of the package has gone with it, and cannot be loaded. */
export function withoutPreload(options: string): string {
  return options.replace(NAMED, '').trimEnd()
}

/** Removes it from the variables of this process, which a child without variables of its own inherits. */
export function forgetPreload(): void {
  const own = process.env.NODE_OPTIONS
  if (own?.includes('register')) process.env.NODE_OPTIONS = withoutPreload(own)
}

/** The same for flags of a command line. */
export function flagsWithoutPreload<T>(args: readonly T[]): T[] {
  const isNamed = (at: number): boolean =>
    withoutPreload(`${args[at]}`) === '' || withoutPreload(`${args[at]} ${args[at + 1]}`) === ''
  return args.filter((_, at) => args[at] === '' || !(isNamed(at) || (at > 0 && isNamed(at - 1))))
}

/** Whether a text may name our preload by anything else than its path: a first look, which costs little. */
export function mayName(text: string): boolean {
  return text.replaceAll(PRELOAD, '').includes('register')
}

/** NODE_OPTIONS without the flag that a parent has added; undefined if nothing remains. */
export function removeFlag(options: string | undefined): string | undefined {
  if (options === undefined || options === PRELOAD_FLAG) return undefined
  return options.replace(` ${PRELOAD_FLAG}`, '').replace(PRELOAD_FLAG, '')
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function currentDirectory(): string {
  try {
    return process.cwd()
  } catch {
    return '/' // it was removed
  }
}

/** How the variable begins in a list of a process's variables. */
export const NODE_OPTIONS = 'NODE_OPTIONS='

/** The same options without our flag. */
export function asBare(options: SpawnOptions, pairs: readonly string[]): SpawnOptions {
  const { args } = options
  const without = (pair: string): string => {
    const isOptions = pair.startsWith(NODE_OPTIONS) && pair.includes('register')
    return isOptions ? NODE_OPTIONS + withoutPreload(pair.slice(NODE_OPTIONS.length)) : pair
  }
  return withOwn(options, {
    args: Array.isArray(args) ? flagsWithoutPreload(args) : args,
    envPairs: pairs.map(without),
  })
}
