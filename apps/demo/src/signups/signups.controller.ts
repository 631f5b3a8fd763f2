import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Enqueuer } from '@nestcraft/work';
import { z } from 'zod';
import { ValidationPipe } from '../validation.pipe.js';
import type { WelcomeEmail } from './welcome-mailer.js';

const Signup = z.object({
  email: z.email('must be an e-mail address, such as ada@example.com'),
  name: z.string('must be a string').trim().min(1, 'must not be empty').max(100),
});

@Controller('signups')
export class SignupsController {
  constructor(private readonly enqueuer: Enqueuer) {}

  @Post()
  @HttpCode(202)
  async signUp(
    @Body(new ValidationPipe(Signup)) signup: z.infer<typeof Signup>,
  ): Promise<{ jobId: string }> {
    const { id } = await this.enqueuer.enqueue<WelcomeEmail>('send_welcome_email', signup);
    return { jobId: id };
  }
}
