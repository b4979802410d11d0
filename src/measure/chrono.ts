/**
 * Chrono initialisation (Tallec and Ollivier 2018, 1804.11188): forget-gate biases ln(u), u uniform in [1, longest - 1], and
 * input-gate biases their negatives, so that a unit's memory, 1 / (1 - sigmoid(ln(T - 1))) = T steps, is as long as some dependency in
 * the data. Here u goes through the range in even steps, so that the numbers can be written down; draw them at random where many models
 * are compared. A GRU's update gate, which in Keras keeps the state, takes the forget gate's.
 *
 * @param units how many biases
 * @param longest T_max, the longest dependency expected, in steps; below 3, the shortest that has a bias other than 0, taken for 3
 * @returns (units): ascending, in the units of a gate before its activation
 * @example
 * chronoBiases(4, 50); // ln of 7, 19, 31, 43: Float64Array [1.946, 2.944, 3.434, 3.761]
 */
export function chronoBiases(units: number, longest: number): Float64Array {
  const top = Math.max(longest, 3) - 1;
  return Float64Array.from({ length: units }, (_, unit) => Math.log(1 + ((unit + 0.5) / units) * (top - 1)));
}
