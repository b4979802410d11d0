/** What a trace can record of a layer: what it gives, what it reads, and what it has learnt. */
export const QUANTITIES = ['outputs', 'inputs', 'weights'] as const;

export type Quantity = (typeof QUANTITIES)[number];

/** The quantities that go through a layer, an array for each of its outputs or inputs. Weights are arrays by name. */
export type Passing = Exclude<Quantity, 'weights'>;
