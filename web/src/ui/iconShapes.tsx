import type { ReactNode } from 'react';

/** Outlines on a 20 x 20 grid, stroke 1.5, round ends. */
export const shapes = {
  inbox: (
    <>
      <path d="M3 11.5 5 4.8A1.8 1.8 0 0 1 6.7 3.5h6.6A1.8 1.8 0 0 1 15 4.8l2 6.7v3.2a1.8 1.8 0 0 1-1.8 1.8H4.8A1.8 1.8 0 0 1 3 14.7z" />
      <path d="M3 11.5h3.6l1 2h4.8l1-2H17" />
    </>
  ),
  search: (
    <>
      <circle cx="8.8" cy="8.8" r="5.3" />
      <path d="m12.8 12.8 4.2 4.2" />
    </>
  ),
  close: (
    <>
      <path d="m5 5 10 10M15 5 5 15" />
    </>
  ),
  copy: (
    <>
      <rect x="7" y="7" width="9.5" height="9.5" rx="2" />
      <path d="M13 7V5.3c0-1-.8-1.8-1.8-1.8H5.3c-1 0-1.8.8-1.8 1.8v5.9c0 1 .8 1.8 1.8 1.8H7" />
    </>
  ),
  forward: <path d="m7.5 5 5 5-5 5" />,
  back: (
    <>
      <path d="M16.5 10h-13M8.5 5l-5 5 5 5" />
    </>
  ),
  toBottom: (
    <>
      <path d="M10 3.5v12.5M5 11l5 5 5-5" />
    </>
  ),
  panel: (
    <>
      <rect x="3" y="4" width="14" height="12" rx="2.5" />
      <path d="M12 4v12" />
    </>
  ),
  returned: (
    <>
      <path d="M7 4 3.5 7.5 7 11" />
      <path d="M3.5 7.5h8.2a4.3 4.3 0 0 1 0 8.5H7" />
    </>
  ),
  alert: (
    <>
      <path d="M10 3.2 17.3 16H2.7z" />
      <path d="M10 8v3.7" />
      <path d="M10 13.7v.2" strokeWidth="1.9" />
    </>
  ),
  unknown: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M8 8a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4" />
      <path d="M10 13.7v.1" strokeWidth="1.9" />
    </>
  ),
  refresh: (
    <>
      <path d="M16.3 8A6.7 6.7 0 0 0 4 7.5M3.7 12A6.7 6.7 0 0 0 16 12.5" />
      <path d="M4 3.7v3.8h3.8M16 16.3v-3.8h-3.8" />
    </>
  ),
  offline: (
    <>
      <path d="M3 3l14 14M5.8 11.3a6 6 0 0 1 3-1.6M14.2 11.3a6 6 0 0 0-1.2-.9M3.2 8.3a9.7 9.7 0 0 1 3-1.9M16.8 8.3A9.7 9.7 0 0 0 9.5 5.6M8.2 14a2.6 2.6 0 0 1 3.6 0" />
    </>
  ),
  lock: (
    <>
      <rect x="4.5" y="9" width="11" height="7.5" rx="2" />
      <path d="M7 9V6.5a3 3 0 0 1 6 0V9" />
    </>
  ),
  clock: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 6v4l2.7 1.7" />
    </>
  ),
  done: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="m6.9 10.3 2.2 2.2 4-4.5" />
    </>
  ),
  crossed: (
    <>
      <path d="M3.5 6h4l5 8h4M3.5 14h4l1.3-2M11.2 8l1.3-2h4M14.5 4l2 2-2 2M14.5 12l2 2-2 2" />
    </>
  ),
  contact: (
    <>
      <circle cx="10" cy="7" r="3.2" />
      <path d="M3.8 16.8c.7-3 3.2-4.6 6.2-4.6s5.5 1.6 6.2 4.6" />
    </>
  ),
  send: (
    <>
      <path d="M3.6 4.3 17 10 3.6 15.7 5.8 10z" />
      <path d="M5.8 10h4.7" />
    </>
  ),
  image: (
    <>
      <rect x="3" y="4" width="14" height="12" rx="2.5" />
      <circle cx="7.3" cy="8" r="1.3" />
      <path d="m3.5 14.5 4-3.7 2.5 2.2 3-3 3.7 3.5" />
    </>
  ),
  voice: (
    <>
      <rect x="7.3" y="2.8" width="5.4" height="9" rx="2.7" />
      <path d="M4.5 9.8a5.5 5.5 0 0 0 11 0M10 15.3v2" />
    </>
  ),
  document: (
    <>
      <path d="M5 4.3c0-.7.6-1.3 1.3-1.3H12l3.5 3.5v9.2c0 .7-.6 1.3-1.3 1.3H6.3c-.7 0-1.3-.6-1.3-1.3z" />
      <path d="M11.8 3v3.7h3.7" />
    </>
  ),
  template: (
    <>
      <rect x="3" y="3" width="14" height="14" rx="2.5" />
      <path d="M6.5 7h7M6.5 10h7M6.5 13h3.5" />
    </>
  ),
  place: (
    <>
      <path d="M10 17.5c3.5-3.4 5.3-6.2 5.3-8.7a5.3 5.3 0 0 0-10.6 0c0 2.5 1.8 5.3 5.3 8.7z" />
      <circle cx="10" cy="8.8" r="1.9" />
    </>
  ),
  video: (
    <>
      <path
        fill="currentColor"
        d="M7 4.8v10.4c0 .5.5.7.9.5l7.6-5.2c.4-.2.4-.8 0-1L7.9 4.3c-.4-.2-.9 0-.9.5z"
      />
    </>
  ),
  sticker: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M7 11.8c.7 1 1.8 1.5 3 1.5s2.3-.5 3-1.5" />
      <path d="M7.6 7.8v.4M12.4 7.8v.4" strokeWidth="1.9" />
    </>
  ),
  plus: <path d="M10 4v12M4 10h12" />,
  signOut: (
    <>
      <path d="M8.5 16.5H5.3c-1 0-1.8-.8-1.8-1.8V5.3c0-1 .8-1.8 1.8-1.8h3.2" />
      <path d="M8 10h8.5M13 6.5l3.5 3.5-3.5 3.5" />
    </>
  ),
} satisfies Record<string, ReactNode>;
