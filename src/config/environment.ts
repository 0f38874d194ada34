// Environment: sections of a configuration such as `"production": { … }`, which hold what differs by NODE_ENV.

import { withPrefix } from './check.js'
import { nearest } from './nearest.js'
import { OPTION_NAMES, type Options } from './options.js'

/**
 * The options of a configuration, with those of the section that NODE_ENV names in place of the general ones. A key that
 * is no option is a section if its value is an object of options. All sections are checked by `check`, so that a mistake
 * shows before the environment is used; `check` returns the options with their paths resolved. Throws
 * `LOGSHARE_ERR_OPTION`.
 */
export function selectEnvironment(
  config: unknown,
  current: string | undefined,
  check: (options: unknown) => Options,
): Options {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return check(config)
  const entries = Object.entries(config).filter(([name]) => name !== '$schema')
  const isSection = ([name, value]: [string, unknown]): boolean =>
    !OPTION_NAMES.includes(name) && isOptions(value) && nearest(name, OPTION_NAMES) === undefined
  const general = check(Object.fromEntries(entries.filter((entry) => !isSection(entry))))
  let chosen: Options = {}
  for (const [name, value] of entries.filter(isSection)) {
    const checked = withPrefix(
      () => `${name}.`,
      () => check(value),
    )
    if (name === current) chosen = checked
  }
  return { ...general, ...chosen }
}

function isOptions(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.keys(value).every((key) => nearest(key, OPTION_NAMES) !== undefined)
}
