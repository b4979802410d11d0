/**
 * Cases in which Keras's own answers are rougher than float64: how far, and why. The others are held to 1e-9.
 *
 * By a pattern of the case's name; the first that fits counts.
 */
const ROUGH: readonly (readonly [name: RegExp, off: number, why: string])[] = [
  [/^policy-.*(mixed|float16)/, 5e-2, 'a policy of half precision: Keras rounds every layer to 8 or 11 bits, and here all of it runs in float32 or float64'],
  [/^loss-ctc$|^lossobj-ctc/, 5e-6, "TensorFlow's CTC is in float32"],
  [/\breg|actreg|orthreg|activityregularization|dense-constraint/, 1e-7, "a penalty's factor is rounded to float32 when Keras 2 makes a file, or when Keras 3 multiplies by it"],
  [/^act-layer-relu/, 1e-7, 'Keras 2 rounds its bounds and slopes to float32 when it makes a file'],
  [/^norm-normalization/, 1e-6, 'what a Normalization has been adapted to is kept in float32'],
  [/up2d-bilinear|resizing/, 2e-6, "TensorFlow's resizing is in float32"],
  [/^op-(ops|tf)-cast$/, 2e-6, 'the model casts to float32'],
];

/** How far from Keras a case may be in float64, as a share of an array's largest magnitude. */
export const roughnessOf = (name: string): number => ROUGH.find(([pattern]) => pattern.test(name))?.[1] ?? 1e-9;

/** Files that don't say all that their model was, so that Keras itself loads another from them: which, and why. */
const LOST: readonly (readonly [name: RegExp, format: string, why: string])[] = [
  [/^nest-shared-layer$/, 'h5', 'a layer that stands in two models is two layers, of the same weights, in HDF5 files'],
  [/^nest-shared-layer$/, 'lweights', "likewise in what Keras 2's to_json() writes"],
];

export const isLost = (name: string, format: string): boolean => LOST.some(([pattern, of]) => pattern.test(name) && of === format);
