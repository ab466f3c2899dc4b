/** Any JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object. Numbers are IEEE 754 doubles; key order is kept. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
