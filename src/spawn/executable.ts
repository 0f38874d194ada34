// Executable: whether the file that a process runs is node, or a script that node runs. Such a process has logshare itself.

import { closeSync, openSync, readSync, realpathSync } from 'node:fs'
import { basename, delimiter, isAbsolute, resolve } from 'node:path'
import { process } from '../core/originals.js'
import type { SpawnOptions } from './child-process.js'

const NODE = /^node(?:js)?$/
/** Bytes of the first line of a script that are read. */
const FIRST_LINE = 256

/** A program's name: its file without the folder. */
export function baseName(file: unknown): string {
  return basename(String(file)) || 'program'
}

/** Whether it is node by its name, by its file, or by the first line of a script, such as npm. */
export function isNode({ file, envPairs, cwd }: SpawnOptions): boolean {
  const name = String(file)
  if (NODE.test(basename(name))) return true
  const path = findFile(name, variable(envPairs, 'PATH'), String(cwd ?? '.'))
  return path !== undefined && (path === realpathSync(process.execPath) || isNodeScript(path))
}

/** Programs that start others. */
const STARTER = /^(?:\w*sh|busybox|env|sudo|su|doas|nohup|setsid|nice|timeout|xargs|make)$/
/** How the files of compiled programs begin: ELF, and Mach-O in its forms. */
const COMPILED = /^(?:\x7fELF|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe)/

/** Whether it is a compiled program that is neither node nor one to start others. */
export function isCompiled(options: SpawnOptions): boolean {
  const { file, envPairs, cwd } = options
  const name = String(file)
  if (STARTER.test(basename(name)) || isNode(options)) return false
  const path = findFile(name, variable(envPairs, 'PATH'), String(cwd ?? '.'))
  return path !== undefined && !STARTER.test(basename(path)) && COMPILED.test(firstLine(path))
}

function variable(pairs: readonly string[] | undefined, name: string): string | undefined {
  return pairs?.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}

function findFile(name: string, path: string | undefined, directory: string): string | undefined {
  if (isAbsolute(name)) return realPath(name)
  if (name.includes('/')) return realPath(resolve(directory, name))
  for (const folder of path?.split(delimiter) ?? []) {
    const found = realPath(resolve(directory, folder, name))
    if (found !== undefined) return found
  }
  return undefined
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

// `#!/usr/bin/env node`, `#!/usr/bin/env -S node --flag`, `#!/opt/node/bin/node`
function isNodeScript(path: string): boolean {
  const line = firstLine(path)
  if (!line.startsWith('#!')) return false
  const [interpreter = '', ...args] = line.slice(2).trim().split(/\s+/)
  const isEnv = basename(interpreter) === 'env'
  const command = isEnv ? args.find((arg) => !/^-|=/.test(arg)) : interpreter
  return NODE.test(basename(command ?? ''))
}

function firstLine(path: string): string {
  try {
    const fd = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(FIRST_LINE)
      const length = readSync(fd, bytes, 0, FIRST_LINE, 0)
      return bytes.toString('latin1', 0, length).split('\n', 1)[0] ?? ''
    } finally {
      closeSync(fd)
    }
  } catch {
    return ''
  }
}
