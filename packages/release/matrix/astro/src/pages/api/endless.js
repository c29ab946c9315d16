import { guard } from '@breaking/web';
import { endless } from '../../../endless.js';

const one = guard(endless, { concurrencyLimit: { limit: 1 } });

export const GET = ({ request }) => one(request);
