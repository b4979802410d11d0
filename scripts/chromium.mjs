// Where the browser is; CHROMIUM_PATH comes first.

import { existsSync } from 'node:fs';

export const chromiumPath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((one) => one && existsSync(one));
