import { nameParts } from '../format';

/** A name on one line. If it does not fit, its end stays visible, because similar names begin alike. */
export function Name({ text }: { text: string }) {
  const { head, tail } = nameParts(text);
  if (tail === '') {
    return (
      <span class="name" title={text}>
        <span>{text}</span>
      </span>
    );
  }
  return (
    <span class="name" title={text}>
      <span class="hidden">{text}</span>
      <span aria-hidden="true">{head}</span>
      <span aria-hidden="true">{tail}</span>
    </span>
  );
}
