import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { simpleParser, type AddressObject } from 'mailparser';
import { DEMO_OPTIONS, type DemoOptions } from '../demo-options.js';

/** A mail as a list shows it. */
export interface Mail {
  readonly file: string;
  readonly to: string;
  readonly subject: string;
  readonly date: string | undefined;
  readonly text: string;
}

/** The mails that the private mail server has stored. */
@Injectable()
export class Outbox {
  constructor(@Inject(DEMO_OPTIONS) private readonly options: DemoOptions) {}

  /** Returns all mails, oldest first. */
  async list(): Promise<Mail[]> {
    return Promise.all((await this.files()).map((file) => this.parse(file)));
  }

  /** Returns a mail as it was received. @throws NotFoundException unless the mail is in the list */
  async source(file: string): Promise<string> {
    const folder = this.options.outboxFolder;
    if (!folder || !(await this.files()).includes(file)) {
      throw new NotFoundException(`Mail "${file}" does not exist. GET /outbox lists the mails.`);
    }
    return readFile(join(folder, file), 'utf8');
  }

  private async files(): Promise<string[]> {
    const folder = this.options.outboxFolder;
    if (!folder) {
      throw new NotFoundException('Mails are sent to SMTP_URL, so the outbox is not available.');
    }
    return (await readdir(folder)).filter((file) => file.endsWith('.eml')).sort();
  }

  private async parse(file: string): Promise<Mail> {
    const { to, subject, date, text } = await simpleParser(await this.source(file));
    return {
      file,
      to: [to ?? []].flat().map(textOf).join(', '),
      subject: subject ?? '',
      date: date?.toISOString(),
      text: (text ?? '').trim().slice(0, 200),
    };
  }
}

function textOf({ text }: AddressObject): string {
  return text;
}
