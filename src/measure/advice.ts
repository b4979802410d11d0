import { mean, median } from 'd3-array';
import { isMeasured, type RecurrenceAnalysis, type VerdictKind } from './analysis.js';
import { chronoBiases } from './chrono.js';

/** Three digits. */
const three = (value: number): string => String(Number(value.toPrecision(3)));

type Measures = Omit<RecurrenceAnalysis, 'verdict'>;

/**
 * What to try, with the numbers for this recurrence, most promising first.
 *
 * Sources: forget-gate bias, Jozefowicz, Zaremba and Sutskever 2015; chrono initialisation, Tallec and Ollivier 2018 (1804.11188);
 * orthogonal start, Saxe, McClelland and Ganguli 2014 (1312.6120) and Le, Jaitly and Hinton 2015 (1504.00941); clipping, Pascanu,
 * Mikolov and Bengio 2013 (1211.5063); truncation, Aicher, Foti and Fox 2019 (1905.07473).
 *
 * @param bias the error that `learning.truncation` keeps within
 */
export function adviceFor(kind: VerdictKind, measures: Measures, bias: number): string[] {
  switch (kind) {
    case 'vanishing': case 'short-term': return [...gateBiases(measures), ...orthogonalStart(measures), shortcut(measures), ...truncation(measures, bias)];
    case 'exploding': return [...clipping(measures), ...orthogonalStart(measures), 'a lower learning rate'];
    case 'saturated': return [
      `smaller weights, or weight decay, and inputs scaled to about 1: ${saturatedGates(measures)}`,
      'layer normalisation before the gates', 'a lower learning rate, if it got there by training',
    ];
    case 'dead': return ["a start with smaller weights and biases of 0, or an activation with a slope on either side (tanh, leaky_relu)", 'a lower learning rate, if it died in training'];
    default: return [];
  }
}

function gateBiases({ kind, gates, timesteps, units }: Measures): string[] {
  const keeps = kind === 'LSTM' ? 'forget' : 'update';
  const keeper = isMeasured(gates) ? gates.find(({ gate }) => gate === keeps) : undefined;
  if (!keeper?.timeConstant || timesteps < 3 || !keeper.mean.every(Number.isFinite)) return [];
  const biases = chronoBiases(units, timesteps);
  const range = units === 1 ? three(biases[0]!) : `${three(biases[0]!)} to ${three(biases.at(-1)!)}`;
  const memory = median(keeper.timeConstant)!;
  return [
    `larger biases of the ${keeps} gates: the gates' mean is ${three(mean(keeper.mean)!)}, with which the median unit ${memory === Infinity ? 'never forgets' : `forgets in ${three(memory)} of ${timesteps} steps`}; ln(${timesteps} - 1) = ${three(Math.log(timesteps - 1))} keeps for about ${timesteps}, without what inputs add`,
    `chrono initialisation with T_max = ${timesteps}: ${keeps}-gate biases ln(u), u even or random in [1, ${timesteps - 1}], for its ${units} unit${units === 1 ? '' : 's'} ${range}${kind === 'LSTM' ? '; input-gate biases their negatives' : ''}`,
  ];
}

function orthogonalStart({ kind, jacobians }: Measures): string[] {
  if (kind !== 'SimpleRNN') return [];
  const found = isMeasured(jacobians) ? `: the singular values of a step's Jacobian have a median of ${three(median(jacobians.hidden.data as Float64Array)!)} here, and 1 keeps` : '';
  return [`an orthogonal start of the recurrent kernel${found}`, 'an LSTM or GRU in its place'];
}

const shortcut = ({ timesteps }: Measures): string => `a shortcut through time: attention over the ${timesteps} steps, or a residual or pooled path from each step to the output`;

function truncation({ learning, timesteps }: Measures, bias: number): string[] {
  if (!isMeasured(learning) || learning.truncation >= timesteps) return [];
  return [`if it is to stay as it is, backpropagation cut to ${learning.truncation} of ${timesteps} steps: the gradient by its weights is then off by ${three(100 * bias)}% at most`];
}

function clipping({ learning }: Measures): string[] {
  if (!isMeasured(learning)) return ["clipping of the gradient's norm, at half to ten times what it is in a good step"];
  return [`clipping of the gradient's norm (Keras: global_clipnorm), at half to ten times what it is in a good step; that by the layer's weights is ${three(learning.gradientNorm)} on ${learning.samples} sample${learning.samples === 1 ? '' : 's'}`];
}

function saturatedGates({ gates }: Measures): string {
  if (!isMeasured(gates)) return 'its gates are shut or open nearly always';
  return gates.filter(({ range }) => range !== null)
    .map(({ gate, low, high }) => `${gate} is saturated at ${three(100 * (mean(low)! + mean(high)!))}% of the time`).join(', ');
}
