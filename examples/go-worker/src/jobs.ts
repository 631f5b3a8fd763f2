import { defineJob } from '@nestcraft/work';
import { z } from 'zod';

const Image = z.object({ image: z.string(), width: z.int().positive() });

/** Runs in the Go worker. */
export const ResizeImage = defineJob('resize_image', Image);

/** Enqueued by the Go worker. The schema checks what it sends. */
export const ImageResized = defineJob('image_resized', Image);
