import { defineJob } from '@nestcraft/work';

/** Sends an event to the URL of a customer. */
export const DeliverWebhook = defineJob<{ url: string; event: string }>('deliver_webhook');
