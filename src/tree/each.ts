// Each: makes a handler of a function of the application, which is called with each record.

import type { LogRecord } from '../core/record.js'
import type { RecordHandler } from './instance.js'

/** The handler fails once for a batch, after its last record. */
export function callEach(act: (record: LogRecord) => unknown): RecordHandler {
  return {
    write(records) {
      let failure: { readonly error: unknown } | undefined
      const promises: PromiseLike<unknown>[] = []
      for (const record of records) {
        try {
          const result = act(record)
          if (isThenable(result)) promises.push(result)
        } catch (error) {
          failure ??= { error }
        }
      }
      const all = promises.length > 0 ? Promise.all(promises) : undefined
      if (!failure) return all
      all?.catch(() => {})
      throw failure.error
    },
  }
}

/** Whether the value is the promise of an asynchronous function. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}
