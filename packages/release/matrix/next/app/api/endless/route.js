import { guard } from '@breaking/web';
import { endless } from '../../../endless.js';

export const dynamic = 'force-dynamic';

export const GET = guard(endless, { concurrencyLimit: { limit: 1 } });
