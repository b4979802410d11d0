const python = 'it holds Python code, which is never run here';
const sizes = 'how much it gives depends on the numbers';
const complex = 'there are no complex numbers here';
const decomposition = 'eigenvalues and singular values are not to be had here, nor what follows from them';
const special = 'the function is not known here';
const bits = 'there is no arithmetic of bits here';

/** Why an operation is not to be had, by the names that Keras 3 and TensorFlow have for it: of those that are known of. */
export const REFUSED: Readonly<Record<string, string>> = {
  ...all(python, ['Map', 'VectorizedMap', 'Scan', 'AssociativeScan', 'WhileLoop', 'ForiLoop', 'Cond', 'Switch', 'JVP', 'map_fn', 'scan', 'while_loop', 'cond', 'foldl', 'foldr', 'vectorized_map', 'numpy_function', 'py_function']),
  ...all(sizes, ['Nonzero', 'Unique', 'Bincount', 'Histogram', 'Argpartition', 'unique', 'unique_with_counts', 'bincount', 'dynamic_partition', 'dynamic_stitch', 'histogram_fixed_width', 'setdiff1d']),
  ...all(complex, ['FFT', 'FFT2', 'IFFT2', 'RFFT', 'IRFFT', 'STFT', 'ISTFT', 'Polar', 'ViewAsComplex', 'ViewAsReal', 'signal.fft', 'signal.rfft', 'signal.irfft', 'signal.stft', 'signal.inverse_stft', 'complex']),
  ...all(decomposition, ['CholeskyInverse', 'Eig', 'Eigh', 'LuFactor', 'Qr', 'SVD', 'Lstsq', 'MatrixRank', 'Pinv', 'eig', 'eigh', 'eigvals', 'qr', 'svd', 'lu', 'lstsq', 'pinv', 'expm', 'logm', 'sqrtm', 'matrix_rank']),
  ...all(special, ['I0', 'Erfinv', 'Nextafter', 'Signbit', 'igamma', 'igammac', 'zeta', 'polygamma', 'digamma', 'lgamma', 'lbeta', 'bessel_i0', 'bessel_i1', 'erfinv', 'ndtri', 'betainc']),
  ...all(bits, ['BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'BitwiseNot', 'BitwiseInvert', 'BitwiseLeftShift', 'BitwiseRightShift', 'LeftShift', 'RightShift', 'Gcd', 'Lcm', 'View', 'bitcast']),
};

function all(why: string, names: readonly string[]): Record<string, string> { return Object.fromEntries(names.map((name) => [name, why])); }
