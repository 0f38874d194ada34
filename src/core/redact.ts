// Redaction: values that must not leave the producer's memory, named by path, become `[REDACTED]`.

import { escapeControls } from './encode.js'

/** Takes and gives the text of encoded fields (`,"key":value…`); never throws, and hides all when it fails. */
export type Redact = (fields: string) => string

/**
 * A redactor for paths such as `password`, `user.token`, `*.token`; undefined for no paths. It works on the
 * encoded fields, so that Maps, Errors and `toJSON` have their final shape when the paths are looked up.
 * Throws what the library throws on a path it cannot read.
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
