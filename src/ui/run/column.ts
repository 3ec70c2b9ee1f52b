type Numbers = Float64Array | Int32Array | Uint32Array | Uint16Array;

const FIRST_CAPACITY = 1024;

/** A list of numbers that grows at its end and is cut at its start: a tenth of what an array of objects takes. */
export class Column<Values extends Numbers> {
  readonly #make: (length: number) => Values;
  #values: Values;
  #length = 0;

  constructor(make: (length: number) => Values) {
    this.#make = make;
    this.#values = make(FIRST_CAPACITY);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.#make(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  at(place: number): number {
    return this.#values[place] ?? 0;
  }

  /** Lets all but the first `length` go. */
  shorten(length: number): void {
    this.#length = length;
  }

  /** Lets the first `count` go. */
  cut(count: number): void {
    this.#values.copyWithin(0, count, this.#length);
    this.#length -= count;
  }

  /** The first place whose value is not less than `value`; the values ascend. */
  firstNotBelow(value: number): number {
    let from = 0;
    let to = this.#length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.at(middle) < value) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

export const float64 = () => new Column((length) => new Float64Array(length));
export const int32 = () => new Column((length) => new Int32Array(length));
export const uint32 = () => new Column((length) => new Uint32Array(length));
export const uint16 = () => new Column((length) => new Uint16Array(length));
