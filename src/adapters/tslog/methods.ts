// Methods: those of tslog's logger that do nothing but call its `log` with a level.

import type { Logger, Plain } from './library.js'

export type Method = (this: Logger, ...args: unknown[]) => Plain | undefined

const LEVELS = ['silly', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** Replaces those that are the library's own, and not an application's of the same name; returns the undo. */
export function replaceMethods(
  target: object,
  replace: (original: Method, id: number, level: string) => Method,
): () => void {
  const methods = target as Record<string, Method>
  const undo: (() => void)[] = []
  for (const [id, name] of LEVELS.entries()) {
    const original = Object.getOwnPropertyDescriptor(methods, name)
    if (!original?.configurable || !isPlain(original.value, name)) continue
    const value = replace(original.value, id, name.toUpperCase())
    Object.defineProperty(value, 'name', { value: name, configurable: true })
    Object.defineProperty(methods, name, { ...original, value })
    undo.push(() => {
      if (methods[name] === value) Object.defineProperty(methods, name, original)
    })
  }
  return () => {
    for (const each of undo) each()
  }
}

// `return super.log(LogLevel.INFO, "INFO", ...args)`, and no more.
function isPlain(method: unknown, name: string): method is Method {
  if (typeof method !== 'function') return false
  const level = name.toUpperCase()
  const body = new RegExp(
    `^${name}\\(\\.\\.\\.(\\w+)\\)\\s*\\{\\s*return super\\.log\\([\\w.]+\\.${level}, ?"${level}", ?\\.\\.\\.\\1\\);?\\s*\\}$`,
  )
  return body.test(Function.prototype.toString.call(method))
}
