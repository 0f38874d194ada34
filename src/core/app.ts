// App: the application's name, for receivers that store the logs of several applications.

import { basename, extname } from 'node:path'
import { process } from './originals.js'

/** Name of the script this process runs, without its extension; `node` if it runs none. */
export function appName(): string {
  const script = process.argv[1]
  return script ? basename(script, extname(script)) : 'node'
}
