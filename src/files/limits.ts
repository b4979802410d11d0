/**
 * How much a model file may ask of its reader. Each is far beyond any model that people have, and small enough that a file made to
 * exhaust memory or time is refused within seconds.
 */
export const limits = {
  /** Bytes of one JSON text: Keras writes a few KiB a layer. */
  jsonBytes: 2 ** 25,
  /** Levels of brackets in JSON. What reads it goes down by recursion, and a nested model takes about six levels. */
  jsonDepth: 200,
  /** Lists, objects and entries in one JSON text together: each takes tens of bytes of memory for as little as two in the file. */
  jsonValues: 2 ** 21,
  /** Numbers in one weight: 2 GiB as float32. */
  weightNumbers: 2 ** 29,
  /** Axes of one weight, as NumPy has at most. */
  weightAxes: 32,
  /** Weights a TF.js manifest may list, and the files it may name. */
  manifestEntries: 2 ** 16,
  /** Layers, and weights of one layer, that an HDF5 file may list. */
  listedNames: 2 ** 16,
  /**
   * Steps taken in one HDF5 file: the library finds what stands n levels deep in about n^2 of them, of some microseconds each. Hard links
   * can make a small file a tree without end. A Keras 3 model of 2000 LSTM layers takes as many.
   */
  hdf5Steps: 2 ** 18,
  /** Groups inside groups: a group can hold itself. Keras 3 takes two levels for each model or wrapper around a layer. */
  hdf5Depth: 24,
  /** Bytes of one attribute as read. Its strings may all be one long string, so these are bounded by the longest in the file. */
  attributeBytes: 2 ** 28,
} as const;

/** DEFLATE packs at most 258 bytes into 2 bits: whatever claims more than this times its packed size lies. */
export const bestDeflateRatio = 1032;
