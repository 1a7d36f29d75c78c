/**
 * Solves a symmetric positive definite system by Cholesky's decomposition (Golub & Van Loan, 4.2). Only the lower half
 * of the matrix is read. A direction without any weight gets 0.
 */
export function solve(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  const lower = Float64Array.from(matrix);
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let sum = lower[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] ?? 0) * (lower[j * size + k] ?? 0);
      const pivot = lower[j * size + j] ?? 0;
      if (i === j) lower[i * size + j] = sum > TINY * (1 + (matrix[i * size + i] ?? 0)) ? Math.sqrt(sum) : 0;
      else lower[i * size + j] = pivot === 0 ? 0 : sum / pivot;
    }
  }
  const solution = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    let sum = solution[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (lower[i * size + k] ?? 0) * (solution[k] ?? 0);
    const pivot = lower[i * size + i] ?? 0;
    solution[i] = pivot === 0 ? 0 : sum / pivot;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = solution[i] ?? 0;
    for (let k = i + 1; k < size; k++) sum -= (lower[k * size + i] ?? 0) * (solution[k] ?? 0);
    const pivot = lower[i * size + i] ?? 0;
    solution[i] = pivot === 0 ? 0 : sum / pivot;
  }
  return solution;
}

const TINY = 1e-12;
