// Flag: our preload among the flags of Node, in NODE_OPTIONS and in command lines, where a user or a tool has named it.

import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { CHILD_VARIABLE, type ProcessHand } from './inherit.js'
import { PRELOAD, PRELOAD_FLAG, quote, START_DIRECTORY } from './preload.js'

/** A flag that loads a file, and its value: plain, or quoted as Node reads it. */
const LOADING = /(?<=^| )(-r|--r|--require|--import)( +|=)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?= |$)/g
const ALONE = /^(?:-r|--require|--import)$/
const WITH_VALUE = /^(--require|--import)=(.*)$/s

/** The variables that make a node process a child. `options`: the NODE_OPTIONS that it would have without logshare. */
export function childVariables(options: string | undefined, hand: ProcessHand): ChildVariables {
  const { options: given, isGiven } = repairOptions(options ?? '')
  const added = options === undefined ? PRELOAD_FLAG : `${given} ${PRELOAD_FLAG}`
  return {
    NODE_OPTIONS: isGiven ? given : added,
    [CHILD_VARIABLE]: JSON.stringify(isGiven ? { ...hand, flag: 'given' } : hand),
  }
}

interface ChildVariables {
  readonly NODE_OPTIONS: string
  readonly [CHILD_VARIABLE]: string
}

/**
 * NODE_OPTIONS in which our preload is named by its path, as a child in another folder needs it. `isGiven`: it was named.
 * The form of the flag stays, but `--r=`, which tools make of `-r`, is none that Node knows.
 */
export function repairOptions(options: string): {
  readonly options: string
  readonly isGiven: boolean
} {
  let isGiven = false
  if (!options.includes('register')) return { options, isGiven }
  const repaired = options.replace(LOADING, (all, flag, between, quoted, plain) => {
    const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')
    if (!isOurs(value)) return all
    if (flag !== '--import') isGiven = true
    return `${flag === '--r' ? '--require' : flag}${between}${quote(pathFor(flag))}`
  })
  return { options: repaired, isGiven }
}

/** The same for a command line; only what stands before the program. */
export function repairArgs(args: readonly unknown[]): unknown[] {
  const repaired: unknown[] = []
  let last = '-'
  for (const [at, arg] of args.entries()) {
    const text = String(arg)
    if (at > 0 && !text.startsWith('-') && !last.startsWith('-')) {
      return [...repaired, ...args.slice(at)]
    }
    const [, flag, value] = WITH_VALUE.exec(text) ?? []
    const isValue = ALONE.test(last) && isOurs(text)
    if (isValue) repaired.push(pathFor(last))
    else if (!flag || !value || !isOurs(value)) repaired.push(arg)
    else repaired.push(`${flag}=${pathFor(flag)}`)
    last = isValue || text.includes('=') ? '' : text
    if (at === 0) last = '-' // the name of the program
  }
  return repaired
}

function pathFor(flag: string): string {
  return flag === '--import' ? pathToFileURL(PRELOAD).href : PRELOAD
}

const known = new Map<string, boolean>([
  [PRELOAD, true],
  ['logshare/register', true],
])

function isOurs(value: string): boolean {
  let is = known.get(value)
  if (is === undefined) {
    is = /register(?:\.js)?$/.test(value) && resolvesToOurs(value)
    known.set(value, is)
  }
  return is
}

// As Node resolves the value of `-r`: from the folder in which the process was started.
function resolvesToOurs(value: string): boolean {
  try {
    const { resolve } = createRequire(join(START_DIRECTORY, 'from'))
    const path = value.startsWith('file:') ? fileURLToPath(value) : resolve(value)
    return realpathSync(path) === realpathSync(PRELOAD)
  } catch {
    return false
  }
}
