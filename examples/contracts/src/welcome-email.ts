import { defineJob } from '@nestcraft/work';
import { z } from 'zod';

const Recipient = z.object({ name: z.string(), email: z.email() });

/**
 * The job and its arguments. Enqueuers and handlers import this one value.
 *
 * Jobs outlive deployments, so the contract also reads the arguments of its past: version 2 had one recipient, version 1
 * had an address only. Each upgrade makes the form above it.
 */
export const WelcomeEmail = defineJob(
  'welcome_email',
  z.object({
    to: z.array(Recipient).min(1),
    language: z.enum(['en', 'de']).default('en'),
  }),
)
  .upgrade(z.object({ to: Recipient }), ({ to }) => ({ to: [to] }))
  .upgrade(z.object({ address: z.email() }), ({ address }) => ({
    to: { name: 'friend', email: address },
  }));
