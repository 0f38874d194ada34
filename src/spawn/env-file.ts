// Env file: the NODE_OPTIONS of files behind `--env-file`. Node uses them only if the environment has none, and ours would
// hide them.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'

const FLAG = /--env-file(?:-if-exists)?(?:=|\s+)(?:"([^"]+)"|'([^']+)'|([^\s"';&|]+))/g
const ALONE = /^--env-file(?:-if-exists)?$/
const WHOLE = /^--env-file(?:-if-exists)?=(.+)$/s

/** NODE_OPTIONS of the files that a command line names, also that of a shell; of several, the last counts. */
export function envFileOptions(args: readonly unknown[], cwd: unknown): string | undefined {
  let options: string | undefined
  for (const path of pathsIn(args)) {
    try {
      options =
        parseEnv(readFileSync(resolve(String(cwd ?? '.'), path), 'utf8')).NODE_OPTIONS ?? options
    } catch {
      // Node says that it is not there, if it has to be.
    }
  }
  return options
}

function pathsIn(args: readonly unknown[]): string[] {
  const paths: string[] = []
  for (const [at, arg] of args.entries()) {
    const text = String(arg)
    const whole = ALONE.test(text) ? String(args[at + 1]) : WHOLE.exec(text)?.[1]
    if (whole !== undefined) paths.push(whole)
    else for (const [, ...found] of text.matchAll(FLAG)) paths.push(found.find(Boolean) ?? '')
  }
  return paths
}
