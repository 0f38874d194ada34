// Rows: the records of a list that were asked for, by position, in blocks.

import { useEffect, useRef, useState } from 'preact/hooks'
import { get } from './get.js'
import type { Entry, Found } from './model.js'

const BLOCK = 100
/** Most blocks that are kept. */
const KEPT = 60

interface Answer extends Found {
  readonly records: readonly Entry[]
}

/** Returns the record at a position; undefined as long as it is not there. `key`: which list it is. */
export function useRows(
  key: string,
  first: number,
  last: number,
  count: number,
): (position: number) => Entry | undefined {
  const blocks = useRef(new Map<string, readonly Entry[]>())
  const asked = useRef(new Set<string>())
  const [, setVersion] = useState(0)
  const from = Math.floor(first / BLOCK)
  const to = Math.floor(Math.max(first, last - 1) / BLOCK)
  useEffect(() => {
    for (let block = from; block <= to; block++) {
      const name = `${key} ${block}`
      const full = Math.min(BLOCK, count - block * BLOCK)
      const known = blocks.current.get(name)
      if (full <= 0 || (known && known.length >= full) || asked.current.has(name)) continue
      asked.current.add(name)
      const done = (): void => {
        asked.current.delete(name)
        setVersion((version) => version + 1)
      }
      const keep = ({ records }: Answer): void => {
        blocks.current.delete(name)
        blocks.current.set(name, records)
        for (const old of blocks.current.keys())
          if (blocks.current.size > KEPT) blocks.current.delete(old)
      }
      get<Answer>(`records?from=${block * BLOCK}&n=${BLOCK}&${key}`)
        .then(keep)
        .then(done, done)
    }
  }, [key, from, to, count])
  return (position) =>
    blocks.current.get(`${key} ${Math.floor(position / BLOCK)}`)?.[position % BLOCK]
}
