// Position: the line of an option in the JSON text that it came from.

const SPACE = /[\s,:]*/y
const SCALAR = /"(?:[^"\\]|\\.)*"|[^\s,:{}[\]"]+/y

/**
 * The line, counted from 1, of an option such as `handlers[0].rotate.size` in valid JSON; of the nearest member around it
 * if the text does not have it.
 */
export function lineOfOption(json: string, option: string): number {
  const wanted = partsOf(option)
  let best = { depth: 0, index: 0 }
  let index = 0
  const skip = (): void => {
    SPACE.lastIndex = index
    SPACE.exec(json)
    index = SPACE.lastIndex
  }
  const scalar = (): string => {
    SCALAR.lastIndex = index
    const text = SCALAR.exec(json)?.[0] ?? ''
    index += Math.max(1, text.length)
    return text
  }
  // `depth`: how many parts of the option lead here; -1 beside its way.
  const value = (depth: number): void => {
    skip()
    if (depth > best.depth) best = { depth, index }
    const open = json[index]
    if (open !== '{' && open !== '[') {
      scalar()
      return
    }
    index++
    for (let count = 0; ; count++) {
      skip()
      if (index >= json.length || json[index] === '}' || json[index] === ']') break
      const start = index
      const name = open === '{' ? nameOf(scalar()) : String(count)
      const isOnWay = depth >= 0 && wanted[depth] === name
      if (isOnWay && depth + 1 > best.depth) best = { depth: depth + 1, index: start }
      value(isOnWay ? depth + 1 : -1)
    }
    index++
  }
  value(0)
  return lineAt(json, best.index)
}

/** The line, counted from 1, of a character's index in a text. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

function partsOf(option: string): string[] {
  return [...option.matchAll(/\['(.*?)'\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? '',
  )
}

function nameOf(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}
