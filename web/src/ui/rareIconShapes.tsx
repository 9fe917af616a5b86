import type { ReactNode } from 'react';

/** As `iconShapes`, for what is not on the first page: they are loaded with what shows them. */
export const rareShapes = {
  info: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 9.3v4" />
      <path d="M10 6.5v.3" strokeWidth="1.9" />
    </>
  ),
  reply: (
    <>
      <path d="M8 5 3.5 9.5 8 14" />
      <path d="M3.5 9.5H12c2.5 0 4.5 2 4.5 4.5v1" />
    </>
  ),
  forwarded: (
    <>
      <path d="M12 5l4.5 4.5L12 14" />
      <path d="M16.5 9.5H8C5.5 9.5 3.5 11.5 3.5 14v1" />
    </>
  ),
  pause: <path d="M7.2 5v10M12.8 5v10" strokeWidth="2.6" />,
  download: <path d="M10 3.5v9M6.3 9l3.7 3.7L13.7 9M4 16.5h12" />,
} satisfies Record<string, ReactNode>;
