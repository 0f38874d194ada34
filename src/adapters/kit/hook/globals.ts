// Globals: wait for a library to put its state on the global object, where all of its copies find it, however they are
// loaded.

type Global = Record<string | symbol, unknown>

/** Calls `act` once, as soon as the global property has a value. Returns a function that stops waiting. */
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

/**
 * Calls `set` with the value of the global property, if it has one, and with each value that is assigned later. Returns the
 * undo. Does nothing if the property is an accessor or not configurable.
 */
export function onGlobal(key: string | symbol, set: (value: unknown) => void): () => void {
  const target = globalThis as unknown as Global
  const before = Object.getOwnPropertyDescriptor(target, key)
  if (before && !('value' in before && before.configurable)) return () => {}
  let value = before?.value as unknown
  if (value !== undefined) set(value)
  // Not enumerable until the library assigns it, so that the application does not see a property that is not there yet.
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
