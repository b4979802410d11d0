import { zerosLike } from '../../cells/floats.js';
import { apply, type Operation } from '../operation.js';
import type { Head, Tensor } from '../tensor.js';

interface Attributes {
  readonly activation: Head['activation'];
  /** Whether the gradient by the probabilities follows from that by the logits. */
  readonly tells: boolean;
}

/**
 * The logits under a head, for a loss that is taken from them.
 *
 * Such a loss does not look at the probabilities p = f(z), though it is a function of them: those who tap them are told dL/dp, the one that
 * f pulls back to dL/dz. Of a sigmoid that is dL/dz / (p (1 - p)). A softmax pulls dL/dp = g back to p (g - sum p g), so that g = dL/dz / p
 * where all dL/dz sum to 0, as those of a cross-entropy, p - t, do: its g is 1 - t / p.
 */
export const LOGITS: Operation<Attributes> = {
  name: 'logits',
  forms: ([z]) => [{ shape: z.shape, dtype: 'float' }],
  forward({ inputs: [z], outputs: [out] }) { out.data = z.data; },
  backward({ inputs: [{ data: z }, p], adjoints: [dz], attributes: { activation, tells } }) {
    if (tells && p.tape) {
      const dp = zerosLike(dz!, p.size);
      for (let n = 0; n < dp.length; n++) {
        if (dz![n] === 0) continue;
        // 1 / (p (1 - p)) = (1 + e^-z) (1 + e^z)
        dp[n] = activation === 'softmax' ? dz![n] / p.data[n] : dz![n] * (2 + Math.exp(z[n]) + Math.exp(-z[n]));
      }
      p.tape.tell(p, dp);
    }
    return [dz, null];
  },
};

/**
 * The logits that Keras takes a cross-entropy from in place of what they became: of whatever has them, the cross-entropy of a softmax from
 * a sigmoid's too, and the other way round; null where there are none.
 *
 * @param kind of the cross-entropy
 * @param axis along which it goes, of a softmax's
 */
export function logitsOf(prediction: Tensor, kind: Head['activation'], axis = -1): Tensor | null {
  const { head } = prediction;
  if (!head || (head.ownKindOnly && head.activation !== kind)) return null;
  const along = axis < 0 ? axis + prediction.rank : axis;
  const tells = head.activation === 'sigmoid' || (kind === 'softmax' && head.axes?.length === 1 && head.axes[0] === along);
  return apply(LOGITS, [head.logits, prediction], { activation: head.activation, tells })[0];
}
