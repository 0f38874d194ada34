// Placeholder: `${NAME}` and `${NAME:-default}` in the texts of a configuration, filled from the environment.

import { LogshareError } from '../core/errors.js'

const PLACEHOLDER = /\$(\$\{)|\$\{([^}]*)\}/g
const NAME = /^([A-Za-z_]\w*)(?::-(.*))?$/s

/**
 * A copy of the options with all texts filled; keys stay as they are. `$${` stands for `${`. Throws
 * `LOGSHARE_ERR_OPTION` if a variable is not set or empty and there is no default.
 */
export function fillPlaceholders(options: unknown, env: NodeJS.ProcessEnv, path = ''): unknown {
  if (typeof options === 'string')
    return options.includes('${') ? fill(options, env, path) : options
  if (Array.isArray(options))
    return options.map((item, i) => fillPlaceholders(item, env, `${path}[${i}]`))
  if (Object.prototype.toString.call(options) !== '[object Object]') return options
  return Object.fromEntries(
    Object.entries(options as object).map(([key, value]) => [
      key,
      fillPlaceholders(value, env, path === '' ? key : `${path}.${key}`),
    ]),
  )
}

function fill(text: string, env: NodeJS.ProcessEnv, path: string): string {
  return text.replace(PLACEHOLDER, (whole, escaped: string | undefined, inner = '') => {
    if (escaped) return escaped
    const [, name, fallback] = NAME.exec(inner) ?? []
    if (name === undefined) {
      throw wrong(path, `expected \${NAME} or \${NAME:-default}, got ${whole} (write $$\{ for \${)`)
    }
    const value = env[name] || fallback
    if (value !== undefined) return value
    throw wrong(path, `the environment variable ${name} is not set; \${${name}:-…} gives a default`)
  })
}

function wrong(path: string, reason: string): LogshareError {
  return new LogshareError('LOGSHARE_ERR_OPTION', `${path}: ${reason}`)
}
