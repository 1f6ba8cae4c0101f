/**
 * The assignment of rows to columns with the least sum of costs, one column a row: shortest augmenting paths, with the
 * order among equal costs of scipy's `linear_sum_assignment`, on which the benchmarks' matchings depend.
 *
 * @param cost one array a row, all of one length, finite numbers
 * @returns pairs [row, column] by row; as many as the shorter side is long
 */
export function assign(cost: readonly (readonly number[])[]): [number, number][] {
  const rows = cost.length;
  const columns = cost[0]?.length ?? 0;
  if (rows === 0 || columns === 0) return [];
  if (columns < rows) {
    const turned = Array.from({ length: columns }, (_, j) => cost.map((row) => row[j]!));
    return augment(turned)
      .map((row, column): [number, number] => [row, column])
      .sort((a, b) => a[0] - b[0]);
  }
  return augment(cost).map((column, row): [number, number] => [row, column]);
}

/** Column of each row; there are at least as many columns as rows. */
function augment(cost: readonly (readonly number[])[]): number[] {
  const [rows, columns] = [cost.length, cost[0]!.length];
  const u = new Float64Array(rows);
  const v = new Float64Array(columns);
  const columnOf = new Int32Array(rows).fill(-1);
  const rowOf = new Int32Array(columns).fill(-1);
  const path = new Int32Array(columns);
  const remaining = new Int32Array(columns);
  for (let start = 0; start < rows; start++) {
    const shortest = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    const rowSeen = new Uint8Array(rows);
    const columnSeen = new Uint8Array(columns);
    path.fill(-1);
    let left = columns;
    // From the last column down, as scipy fills it: a constant matrix is then assigned along its diagonal.
    for (let k = 0; k < columns; k++) remaining[k] = columns - k - 1;
    let least = 0;
    let row = start;
    let sink = -1;
    while (sink === -1) {
      let index = -1;
      let lowest = Number.POSITIVE_INFINITY;
      rowSeen[row] = 1;
      for (let k = 0; k < left; k++) {
        const j = remaining[k]!;
        const reduced = least + cost[row]![j]! - u[row]! - v[j]!;
        if (reduced < shortest[j]!) {
          path[j] = row;
          shortest[j] = reduced;
        }
        // Among equals a free column ends the search.
        if (shortest[j]! < lowest || (shortest[j] === lowest && rowOf[j] === -1)) {
          lowest = shortest[j]!;
          index = k;
        }
      }
      least = lowest;
      const j = remaining[index]!;
      if (rowOf[j] === -1) sink = j;
      else row = rowOf[j]!;
      columnSeen[j] = 1;
      remaining[index] = remaining[--left]!;
    }
    u[start]! += least;
    for (let i = 0; i < rows; i++) if (rowSeen[i] && i !== start) u[i]! += least - shortest[columnOf[i]!]!;
    for (let j = 0; j < columns; j++) if (columnSeen[j]) v[j]! -= least - shortest[j]!;
    for (let j = sink; ; ) {
      const i = path[j]!;
      rowOf[j] = i;
      const next = columnOf[i]!;
      columnOf[i] = j;
      if (i === start) break;
      j = next;
    }
  }
  return Array.from(columnOf);
}
