// Config: merges the options given in code, those of LOGSHARE_CONFIG or a configuration file, and LOGSHARE_LEVEL.

import { dirname } from 'node:path'
import { diagnose } from '../core/diagnostics.js'
import { process } from '../core/originals.js'
import { withPrefix } from './check.js'
import { selectEnvironment } from './environment.js'
import { checkOptions, type Options, type Settings } from './options.js'
import { fillPlaceholders } from './placeholder.js'
import { lineOfOption } from './position.js'
import { readConfig, type Source } from './read.js'

/**
 * The settings of a root. A top-level option given in code replaces the one of the configuration; `LOGSHARE_LEVEL`
 * replaces both. The configuration is that of `LOGSHARE_CONFIG`, or else the nearest file from the main script's folder
 * upward. Relative paths are resolved against the folder of its file, those given in code against the current directory.
 * `adapterNames`: see `checkOptions`. Throws `LOGSHARE_ERR_CONFIG` if the configuration cannot be read or parsed,
 * `LOGSHARE_ERR_OPTION` for a wrong option.
 */
export function loadSettings(
  given: unknown,
  adapterNames: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Settings {
  if (given !== undefined) checkOptions(given, adapterNames)
  const config = loadConfig(adapterNames, env)
  const level = env.LOGSHARE_LEVEL ? { level: env.LOGSHARE_LEVEL } : {}
  if (env.LOGSHARE_LEVEL) {
    withPrefix(
      () => 'LOGSHARE_LEVEL: ',
      () => checkOptions(level, adapterNames),
    )
  }
  return checkOptions({ ...config, ...(given as object | undefined), ...level }, adapterNames)
}

/** The checked options of the configuration; empty if there is none. Throws like `loadSettings`. */
export function loadConfig(
  adapterNames: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Options {
  const source = readConfig(env)
  if (!source) return {}
  diagnose('config', '%s, %s', source.origin, source.reason)
  return withPrefix(
    (message) => placeOf(source, message),
    () => {
      const filled = fillPlaceholders(source.options, env)
      return selectEnvironment(filled, env.NODE_ENV, (options) =>
        checkConfig(options, adapterNames, source.path),
      )
    },
  )
}

/** Whether settings are more than the defaults with another level. A root without more only launches what it starts. */
export function isConfigured(settings: Settings, adapterNames: readonly string[]): boolean {
  const { level } = settings
  return JSON.stringify(settings) !== JSON.stringify({ ...checkOptions({}, adapterNames), level })
}

// Returns the options that are there, with what their check makes of the handlers: absolute paths.
function checkConfig(
  options: unknown,
  adapterNames: readonly string[],
  path: string | undefined,
): Options {
  const folder = path === undefined ? undefined : dirname(path)
  const settings = checkOptions(options, adapterNames, folder)
  const given = options as Options
  return given.handlers === undefined ? given : { ...given, handlers: settings.handlers }
}

// The source of a wrong option, with the line if it has lines.
function placeOf({ origin, json, member }: Source, message: string): string {
  const option = member + /^[^:\s]*/.exec(message)?.[0]
  return json === undefined ? `${origin}: ` : `${origin}:${lineOfOption(json, option)}: `
}
