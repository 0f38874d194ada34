// Bundles: the logging libraries that a bundler has put into a script, where no adapter can find them.

import { readFileSync, statSync } from 'node:fs'
import { extname, relative, resolve } from 'node:path'
import { process } from '../../core/originals.js'
import type { Finding } from './finding.js'

const SCRIPTS = ['.js', '.cjs', '.mjs']
const MOST_BYTES = 1 << 26

/** Texts of libraries that only their code has, and that minifiers leave as they are. */
const TEXTS: Readonly<Record<string, string>> = {
  pino: 'pino.msgPrefix',
  winston: 'Attempt to write logs with no transports',
  bunyan: 'bunyan usage error: %s:%s: attempt to log ',
  log4js: 'must have a property "categories" of type object.',
  debug: 'Instance method `debug.destroy()` is deprecated',
  loglevel: 'log.setLevel() called with invalid level: ',
  consola: 'prompt is not supported!',
  signale: 'No scope name was defined.',
  tslog: 'Pass the full feature set as the fifth constructor argument',
  logshare: 'children start without logshare: ',
}

/** `words`: of a command, and paths of scripts, in which files are found. */
export function checkBundles(words: readonly string[]): Finding[] {
  const paths = new Set(words.map((word) => resolve(word)).filter(isScript))
  return [...paths].flatMap((path) => {
    const text = readFileSync(path, 'latin1')
    const names = Object.keys(TEXTS).filter((name) => text.includes(TEXTS[name] ?? ''))
    return names.length === 0 ? [] : [findingOf(relative(process.cwd(), path), names)]
  })
}

function findingOf(path: string, names: readonly string[]): Finding {
  const flags = names.map((name) => `--external:${name}`).join(' ')
  return {
    area: 'libraries',
    state: 'note',
    what: `${path} is a bundle with ${names.join(', ')} in it: captured only in part, or by printed lines`,
    remedy: `mark them as external in the bundler (esbuild: ${flags}), see docs/adapters.md`,
  }
}

// Files of packages are what their authors have made of them.
function isScript(path: string): boolean {
  if (!SCRIPTS.includes(extname(path)) || /[\\/]node_modules[\\/]/.test(path)) return false
  const file = statSync(path, { throwIfNoEntry: false })
  return file?.isFile() === true && file.size <= MOST_BYTES
}
