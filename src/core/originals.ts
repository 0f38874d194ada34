// Originals: the globals as they were when logshare was loaded. Tests replace them with fake timers and clocks, and some
// programs take `process` away for a moment.
//
// The linter allows these globals nowhere else in src/.

export const process: NodeJS.Process = globalThis.process

/** For dates of a given time. The time now is `wallNow()`: `Date.now` can be replaced, too. */
export const RealDate: DateConstructor = Date
export type RealDate = Date
export const wallNow: () => number = Date.now
export const hrtime: typeof process.hrtime = process.hrtime

export const nextTick: typeof process.nextTick = process.nextTick
export const queueMicrotask: typeof globalThis.queueMicrotask = globalThis.queueMicrotask
export const setTimeout: typeof globalThis.setTimeout = globalThis.setTimeout
export const clearTimeout: typeof globalThis.clearTimeout = globalThis.clearTimeout
export const setInterval: typeof globalThis.setInterval = globalThis.setInterval
export const clearInterval: typeof globalThis.clearInterval = globalThis.clearInterval
export const setImmediate: typeof globalThis.setImmediate = globalThis.setImmediate
export const clearImmediate: typeof globalThis.clearImmediate = globalThis.clearImmediate
