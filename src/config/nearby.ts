// Nearby: whether a configuration file may lie near the main script. Called in every process that is not a child, so it
// only looks; search.ts reads.

import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, sep } from 'node:path'
import { process } from '../core/originals.js'

export const CONFIG_FILES: readonly string[] = ['json', 'jsonc', 'js', 'cjs', 'mjs', 'ts'].map(
  (extension) => `logshare.config.${extension}`,
)
const MODULES = `${sep}node_modules${sep}`
/** Flags with which Node runs no script; its first argument is the program's. */
const NO_SCRIPT = /^(?:-e|-p|-pe|--eval(?:=|$)|--print(?:=|$)|-i$|--interactive$)/

/**
 * The folder of the main script from which a configuration is searched upward; undefined if there is no script, or no
 * configuration on the way.
 */
export function nearbyFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const start = scriptFolder(env)
  if (start === undefined) return undefined
  const last = lastFolder(start)
  for (let folder = start; ; folder = dirname(folder)) {
    // Without `join`, which takes longer than to ask. To list a folder takes several times as long as to ask for all names.
    const inside = folder.endsWith(sep) ? folder : folder + sep
    if (CONFIG_FILES.some((name) => existsSync(inside + name))) return start
    if (mentions(`${inside}package.json`)) return start
    if (folder === last || folder === dirname(folder)) return undefined
  }
}

/**
 * The last folder that is searched: that of the package for a script in `node_modules`, because tools that an application
 * has installed are not the application.
 */
export function lastFolder(start: string): string {
  const modules = `${start}${sep}`.lastIndexOf(MODULES)
  if (modules < 0) return dirname(start).split(sep)[0] + sep
  const [scope = '', name = ''] = start.slice(modules + MODULES.length).split(sep)
  return join(start.slice(0, modules + MODULES.length), scope, scope.startsWith('@') ? name : '')
}

// pm2 runs the application's script from a script of its own.
function scriptFolder(env: NodeJS.ProcessEnv): string | undefined {
  const script = env.pm_exec_path || process.argv[1]
  const isScript =
    script && isAbsolute(script) && !process.execArgv.some((arg) => NO_SCRIPT.test(arg))
  if (!isScript) return undefined
  return realPath(script, dirname) ?? realPath(dirname(script), (folder) => folder)
}

function realPath(path: string, folderOf: (path: string) => string): string | undefined {
  try {
    return folderOf(realpathSync.native(path))
  } catch {
    return undefined
  }
}

function mentions(path: string): boolean {
  if (!existsSync(path)) return false // most folders: an error costs ten times as much
  try {
    return /"logshare"\s*:\s*\{/.test(readFileSync(path, 'utf8'))
  } catch {
    return false
  }
}
