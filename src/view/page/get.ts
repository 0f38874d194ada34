// Get: asks the server, and keeps asking for the latest only.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { State } from './model.js'

/** Time (ms) before a request that failed is sent again. */
const RETRY = 1000

export async function get<T>(path: string): Promise<T> {
  const response = await fetch(`api/${path}`)
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  return (await response.json()) as T
}

/** The answer to the latest path that was answered. There is one request at a time; those in between are left out. */
export function useLatest<T>(path: string | undefined): T | undefined {
  const [answer, setAnswer] = useState<T>()
  const wanted = useRef(path)
  const isBusy = useRef(false)
  wanted.current = path
  useEffect(() => {
    const ask = async (): Promise<void> => {
      isBusy.current = true
      for (let asked: string | undefined; wanted.current !== asked; ) {
        asked = wanted.current
        if (asked !== undefined) await get<T>(asked).then(setAnswer, pause)
      }
      isBusy.current = false
    }
    if (path !== undefined && !isBusy.current) void ask()
  }, [path])
  return answer
}

/** How far the index is, as the server tells it; and whether it is there. */
export function useFollow(): { readonly state: State | undefined; readonly isLost: boolean } {
  const [state, setState] = useState<State>()
  const [isLost, setLost] = useState(false)
  useEffect(() => {
    const events = new EventSource('api/follow')
    events.onmessage = ({ data }) => {
      setLost(false)
      setState(JSON.parse(data) as State)
    }
    events.onerror = () => setLost(true)
    return () => events.close()
  }, [])
  return { state, isLost }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, RETRY))
}
