/** A number as a prompt shows it: three significant digits, no exponent for what people read. */
export function figure(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) >= 0.0001 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}
