// Globals: some libraries keep their state on the global object, where every copy of them, loaded in whatever way, finds
// it. Their adapters wait for it there.

type Global = Record<string | symbol, unknown>

/** Calls back when a global property has a value, now or later; returns the undo. */
export function onceGlobal(key: string | symbol, act: () => void): () => void {
  if (Reflect.get(globalThis, key) !== undefined) {
    act()
    return () => {}
  }
  const release = onGlobal(key, () => {
    release()
    act()
  })
  return release
}

/** Calls back with the value a global property gets, each time; returns the undo. */
export function onGlobal(key: string | symbol, set: (value: unknown) => void): () => void {
  const target = globalThis as unknown as Global
  const before = Object.getOwnPropertyDescriptor(target, key)
  if (before && !('value' in before && before.configurable)) return () => {}
  let value = before?.value as unknown
  if (value !== undefined) set(value)
  // Not to be seen before the library has made it.
  const define = (enumerable: boolean): void => {
    Object.defineProperty(target, key, {
      configurable: true,
      enumerable,
      get: () => value,
      set(given: unknown) {
        value = given
        if (!enumerable) define(true)
        if (given !== undefined && given !== null) set(given)
      },
    })
  }
  define(before?.enumerable ?? false)
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    if (value === undefined) delete target[key]
    else {
      const enumerable = before?.enumerable ?? true
      Object.defineProperty(target, key, { value, enumerable, configurable: true, writable: true })
    }
  }
}
