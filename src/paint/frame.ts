import { scaleLinear } from 'd3-scale';
import type { Axis, Box, Panel } from '../figures/figure.js';
import type { Stage } from './stage.js';

/** A panel on its stage: its box in the context's units, and where data values of its axes lie. */
export interface Frame {
  readonly stage: Stage;
  readonly box: Box;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export function frameOf(panel: Panel, stage: Stage): Frame {
  const box = stage.box(panel.box);
  return {
    stage, box,
    x: scale(panel.x.domain, box.x, box.x + box.width),
    y: scale(panel.y.domain, box.y + box.height, box.y),
  };
}

/** The linear scale of an axis between two coordinates. A domain of one value puts it in the middle. */
export const scale = (domain: Axis['domain'], from: number, to: number): ((value: number) => number) =>
  scaleLinear(domain, [from, to]);
