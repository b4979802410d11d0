import { sweep } from './sweep.js';

sweep('k2-files');
