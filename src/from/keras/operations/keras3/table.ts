import type { OperationTable } from '../operation.js';
import { elementWise } from './element-wise.js';
import { images } from './images.js';
import { networks } from './networks.js';
import { picking } from './picking.js';
import { products } from './products.js';
import { reducing } from './reducing.js';
import { reshaping } from './reshaping.js';

/** The operations of Keras 3 that are known here, by their classes. */
export const KERAS_OPERATIONS: OperationTable = { ...elementWise, ...reducing, ...reshaping, ...picking, ...products, ...networks, ...images };
