// Program: what `logshare run` is to start: a script in this process, node with flags, or a command.

import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join, resolve, sep } from 'node:path'
import { LogshareError } from '../core/errors.js'
import { process } from '../core/originals.js'

export interface Program {
  /** `script`: runs in this process. `node`: in a new one, because of the flags. `command`: any program. */
  readonly kind: 'script' | 'node' | 'command'
  /** Path of the script. */
  readonly script?: string
  /** Path of the command. */
  readonly command?: string
  /** Flags of node. */
  readonly flags: readonly string[]
  /** Arguments of the script or command. */
  readonly args: readonly string[]
}

/** Flags of node that take the next word. */
const WITH_VALUE =
  /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|--env-file-if-exists|--input-type|--title|--icu-data-dir|--redirect-warnings|--trace-event-categories|--watch-path)$/

/** Throws `LOGSHARE_ERR_OPTION` if there is no such script and no such command. */
export function programOf(words: readonly string[]): Program {
  const count = countFlags(words)
  const flags = words.slice(0, count)
  const [name, ...args] = words.slice(count)
  if (name === undefined) throw wrong('a script', `only flags: ${flags.join(' ')}`)
  const script = scriptOf(name)
  if (script !== undefined) return { kind: count > 0 ? 'node' : 'script', script, flags, args }
  const command = count > 0 ? undefined : commandOf(name)
  if (command !== undefined) return { kind: 'command', command, flags, args }
  throw wrong('the path of a script, or a command', `'${name}': there is none`)
}

function countFlags(words: readonly string[]): number {
  let count = 0
  while (words[count]?.startsWith('-')) {
    const flag = words[count] ?? ''
    count += WITH_VALUE.test(flag) ? 2 : 1
  }
  return count
}

// As node resolves it: without an extension, or the folder of a package.
function scriptOf(name: string): string | undefined {
  const path = resolve(name)
  try {
    createRequire(join(process.cwd(), 'x')).resolve(path)
    return path
  } catch {
    return undefined
  }
}

function commandOf(name: string): string | undefined {
  const isPath = name.includes('/') || name.includes(sep)
  const folders = isPath ? [''] : (process.env.PATH ?? '').split(delimiter)
  const endings = process.platform === 'win32' ? ['.cmd', '.exe', '.bat', ''] : ['']
  const paths = folders.flatMap((folder) => endings.map((end) => join(folder, name + end)))
  return paths.find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function wrong(expected: string, got: string): LogshareError {
  return new LogshareError('LOGSHARE_ERR_OPTION', `run: expected ${expected}, got ${got}`)
}
