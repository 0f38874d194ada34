// Template: the configuration that `logshare init` writes, with comments and the schema that editors complete it by.

import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { process } from '../core/originals.js'

/** A name that editors, formatters and linters know as JSON with comments. */
export const FILE = 'logshare.config.jsonc'

/** `folder`: where it will be. */
export function templateFor(folder: string, isInContainer: boolean): string {
  const docs = docsFrom(folder)
  // In a container, the platform collects what is printed.
  const production = `,
  "production": {
    // In a container, whoever runs it collects standard output.
    "handlers": [{ "type": "console", "format": "json" }]
  }`
  return `// Configuration of logshare. All options: ${docs}/configuration.md
{
  "$schema": "${docs}/schema.json",
  // Level of loggers without one of their own: trace, debug, info, warn, error, fatal or silent.
  "level": "info",
  // Levels by logger name: { "db.pool": "debug" }
  "levels": {},
  // Copies of all records of all threads and processes. What the application prints stays as it is.
  "handlers": [
    {
      "type": "file",
      "path": "logs/app.log", // relative to this file
      "rotate": { "size": "100m", "interval": "daily", "keep": 14, "compress": true }
    }
  ],
  // Fields whose values are replaced by [REDACTED].
  "redact": ["password", "*.password", "headers.authorization"]${isInContainer ? production : ''}
}
`
}

const DOCS = 'node_modules/logshare/docs'

// By the links that package managers make, not by the real path, which has the version in it. A workspace may have the
// package in a folder above; where it is not installed yet, it will be here.
function docsFrom(folder: string): string {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, DOCS, 'schema.json'))) return pathTo(join(above, DOCS), folder)
    if (above === dirname(above)) break
  }
  // Yarn PnP makes no links.
  return process.versions.pnp ? pathTo(join(__dirname, '../../docs'), folder) : `./${DOCS}`
}

function pathTo(target: string, folder: string): string {
  const path = relative(folder, target).replaceAll('\\', '/')
  return path.startsWith('../') ? path : `./${path}`
}
