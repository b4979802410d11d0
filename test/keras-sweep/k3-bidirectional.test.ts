import { sweep } from './sweep.js';

sweep('k3-bidirectional');
