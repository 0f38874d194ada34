// Redact: replaces values that must not leave the producer's memory, named by path, with `[REDACTED]`.

import { escapeControls } from './encode.js'

/** Takes and returns encoded fields (`,"key":value…`). Never throws; if it fails, it replaces all fields. */
export type Redact = (fields: string) => string

/**
 * Creates a redactor for paths such as `password`, `user.token`, `*.token`; undefined if there are no paths. It works
 * on encoded fields, so that Maps, Errors and `toJSON` have their final shape when the paths are looked up. Throws the
 * error of `@pinojs/redact` for a path that does not parse.
 */
export function createRedact(paths: readonly string[]): Redact | undefined {
  if (paths.length === 0) return undefined
  const library = require('@pinojs/redact') as typeof import('@pinojs/redact')
  const redact = library({ paths: [...paths] })
  return (fields) => {
    if (fields === '') return fields
    try {
      const text = escapeControls(redact(JSON.parse(`{${fields.slice(1)}}`)) as string)
      return text === '{}' ? '' : `,${text.slice(1, -1)}`
    } catch {
      return ',"fields":"[REDACTED]"'
    }
  }
}
