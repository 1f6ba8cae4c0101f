/** Writes the few parts of an ONNX file that a tiny model needs: protobuf messages, by field number. */

type Field = [number, number | string | Buffer | bigint];

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  for (let left = BigInt(value); ; left >>= 7n) {
    const more = left > 127n;
    bytes.push(Number(left & 127n) | (more ? 128 : 0));
    if (!more) return Buffer.from(bytes);
  }
}

function message(...fields: Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === "number" || typeof value === "bigint") return [varint(number << 3), varint(value)];
      const bytes = Buffer.from(value as Buffer);
      return [varint((number << 3) | 2), varint(bytes.length), bytes];
    }),
  );
}

/** Element types of ONNX. */
export const float = 1;
export const int64 = 7;

/** An input or output: name, element type, and a name or a size for each dimension. */
function value(name: string, type: number, dims: (string | number)[]): Buffer {
  const shape = message(
    ...dims.map((dim): Field => [1, typeof dim === "string" ? message([2, dim]) : message([1, dim])]),
  );
  return message([1, name], [2, message([1, message([1, type], [2, shape])])]);
}

export interface Graph {
  nodes: { op: string; inputs: string[]; output: string }[];
  inputs: [string, number, (string | number)[]][];
  output: [string, (string | number)[]];
  /** Constant tables of floats. */
  tables?: { name: string; dims: number[]; values: number[] }[];
}

/** Bytes of an ONNX model of opset 13. */
export function onnx({ nodes, inputs, output, tables = [] }: Graph): Buffer {
  const graph = message(
    ...nodes.map(
      ({ op, inputs: from, output: to }): Field => [
        1,
        message(...from.map((name): Field => [1, name]), [2, to], [4, op]),
      ],
    ),
    [2, "tiny"],
    ...tables.map(
      ({ name, dims, values }): Field => [
        5,
        message(
          ...dims.map((dim): Field => [1, dim]),
          [2, float],
          [8, name],
          [9, Buffer.from(new Float32Array(values).buffer)],
        ),
      ],
    ),
    ...inputs.map(([name, type, dims]): Field => [11, value(name, type, dims)]),
    [12, value(output[0], float, output[1])],
  );
  return message([1, 8], [7, graph], [8, message([1, ""], [2, 13])]);
}
