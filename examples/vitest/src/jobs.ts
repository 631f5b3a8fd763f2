import { defineJob } from '@nestcraft/work';

export const SendWelcome = defineJob<{ to: string }>('send_welcome');
export const SendTips = defineJob<{ to: string }>('send_tips');
