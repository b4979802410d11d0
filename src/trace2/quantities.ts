/**
 * What a trace can record of a layer: what it gives, what goes on inside its recurrence, what it reads, and what it has learnt.
 */
export const QUANTITIES = ['outputs', 'hidden', 'cell', 'gates', 'inputs', 'weights', 'weight-steps'] as const;

export type Quantity = (typeof QUANTITIES)[number];

/** The quantities that go through a layer, an array for each of its outputs or inputs. */
export type Passing = 'outputs' | 'inputs';

/** The states of a recurrent layer, an array for each of its recurrences: two of a Bidirectional layer. */
export type State = 'hidden' | 'cell';

/** The quantities that are arrays by name, of gates or of weights. */
export type ByName = 'gates' | 'weights' | 'weight-steps';

/** The quantities that only recurrent layers have. */
export const RECURRENT = ['hidden', 'cell', 'gates', 'weight-steps'] as const;
export type RecurrentQuantity = (typeof RECURRENT)[number];

export const isRecurrentQuantity = (quantity: Quantity): quantity is RecurrentQuantity => (RECURRENT as readonly string[]).includes(quantity);
