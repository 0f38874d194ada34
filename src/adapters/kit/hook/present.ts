// Present: whether packages are in a node_modules directory of the application, without looking for their files.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { process } from '../../../core/originals.js'

/** Those of the packages that the application has, or may load. */
export function findPresent(packages: readonly string[]): string[] {
  const folders = new Set<string>()
  for (const start of [process.cwd(), dirname(process.argv[1] ?? ''), __dirname]) {
    for (let at = start; !folders.has(at); at = dirname(at)) folders.add(at)
  }
  const present = new Set<string>()
  for (const folder of folders) {
    // Package managers put a package, or a link to it, into the top node_modules directory, even if only another package
    // depends on it.
    const modules = join(folder, 'node_modules')
    if (!existsSync(modules)) continue
    const aliases = aliasesIn(folder)
    for (const name of packages) {
      if (aliases.includes(`npm:${name}@`)) present.add(name)
      if (existsSync(join(modules, name)) || existsSync(join(modules, '.pnpm/node_modules', name)))
        present.add(name)
    }
  }
  return [...present]
}

// The text of the package's own file, if it depends on packages under other names (`"logs": "npm:consola@3"`).
function aliasesIn(folder: string): string {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8')
    return text.includes('"npm:') ? text : ''
  } catch {
    return ''
  }
}
