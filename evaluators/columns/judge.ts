/** A picture that a judge is shown, in any format that can be decoded. */
export interface JudgedPicture {
  label: string;
  bytes: Buffer;
}

/** A model that answers questions about pictures, at temperature 0. It throws when its replies cannot be read. */
export interface Judge {
  readonly name: string;
  /** A whole number from 0 (worst) to 5 (best). */
  score(question: string, pictures: readonly JudgedPicture[]): Promise<number>;
  /** For each item whether it holds. */
  holds(items: readonly string[], pictures: readonly JudgedPicture[]): Promise<boolean[]>;
}
