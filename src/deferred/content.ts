// Content: a record's message text and its encoded fields.

export interface Content {
  readonly msg: string
  /** As encoded by `encodeFields`. */
  readonly fields: string
}

export type Values = Readonly<Record<string, unknown>>
