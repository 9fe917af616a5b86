import type { ErrorCode } from '../protocol/shapes';

type Params = Record<string, string | number>;

/**
 * What the agent reads for each code: what happened and what to do. `{code}` becomes WhatsApp's own
 * number in parentheses where there is one, `{limit}` a whole number, `{wait}` a time to wait.
 */
const SENTENCES: Record<ErrorCode, string> = {
  already_handed_over: 'This message is already with WhatsApp and cannot be taken back.',
  already_settled: 'A colleague has already taken care of this message.',
  bad_request:
    'WhatsApp could not read this message{code}. Change it and send it again, or tell whoever runs this inbox.',
  bad_signature:
    'The delivery was not signed as it should be. Check the app secret in the settings.',
  blocked_by_us:
    'Your business has blocked this contact{code}. Unblock the contact, then send again.',
  body_too_large: 'This is too large to send. Shorten it and try again.',
  cancelled: 'This message was taken back before it was sent.',
  country_restricted:
    'WhatsApp does not let your business write to this country{code}. Reach the contact another way.',
  experiment:
    'WhatsApp holds this message back from this contact for a test of its own{code}. Try again tomorrow with other words.',
  foreign_origin:
    'This page was opened from an address the server does not know. Open Forthwith at its own address.',
  headers_too_large:
    'The browser sent more than the server takes. Clear the cookies of this address and reload the page.',
  idempotency_conflict:
    'This message was already sent with other words. Check the conversation, then send the new text.',
  idempotency_key_mismatch:
    'The message lost its label on the way. Reload the page and send it again.',
  identity_changed:
    'The contact has a new phone or account{code}. Wait until the contact writes, then answer.',
  internal_error: 'Something went wrong on the server. Try again in a moment.',
  invalid_body: 'The server could not read this. Reload the page and try again.',
  malformed_body: 'The message was damaged on the way. Send it again.',
  marketing_limit:
    'This contact has had as many offers as WhatsApp allows for now{code}. Wait a day before the next one.',
  marketing_stopped:
    'The contact has asked for no more offers from your business{code}. Only answers and service messages reach them.',
  media_broken: 'This file is empty or damaged. Choose another one.',
  media_fault: 'WhatsApp could not take the file{code}. Choose another file or format.',
  media_not_found: 'This file is no longer here. Attach it again.',
  media_too_large: 'WhatsApp takes no file of this kind that is so large. Choose a smaller one.',
  media_unsupported:
    'WhatsApp does not take files of this type. Choose another, or send it as a document.',
  messaging_limit:
    'WhatsApp has lowered how many messages your business may send{code}. Try again later, or tell whoever runs this inbox.',
  method_not_allowed: 'The server does not know this request. Reload the page.',
  not_allowed_recipient:
    'A test number may write only to numbers on its list{code}. Add this number at Meta, then send again.',
  not_found: 'This is no longer here, or not in your inboxes.',
  payment_missing:
    'WhatsApp wants a payment method before it sends{code}. Tell whoever runs this inbox.',
  protocol_too_old: 'This page is older than the server. Reload it.',
  rate_limited: 'That was faster than the server takes. Try again {wait}.',
  recipient_type_unsupported:
    'This kind of message does not reach this contact{code}. Send plain text instead.',
  refused:
    'WhatsApp refused this message{code}. It was not handed over, so sending it again is safe.',
  signed_out: 'You are signed out. Sign in to go on; your texts are kept.',
  spam_restricted:
    'WhatsApp has limited this number because of complaints{code}. Tell whoever runs this inbox.',
  stale:
    'This message waited too long to be sent without asking. Check that it is still right, then send it again.',
  storage_full:
    'The server’s disk is full. Your text is kept and goes out once there is room; tell whoever runs this inbox.',
  storage_unavailable:
    'The server cannot store anything right now. Your text is kept; try again in a moment.',
  template_fault:
    'WhatsApp did not accept the template{code}. Choose another one, or tell whoever runs this inbox.',
  text_empty: 'There is nothing to send yet. Write something first.',
  text_too_long: 'The text is longer than {limit} characters. Shorten it, or send it in two parts.',
  too_many_attempts: 'Too many failed attempts to sign in. Try again {wait}.',
  undeliverable:
    'This number is not on WhatsApp, or cannot take this message{code}. Check the number with the contact.',
  unsupported_media_type:
    'The server does not take this kind of content. Reload the page and try again.',
  window_closed:
    'The contact last wrote more than 24 hours ago{code}. Free text goes out again once the contact has written.',
  wrong_credentials: 'Email and password do not match. Try again.',
};

/** What the server never says: only this browser knows of it. */
const OWN_SENTENCES: Record<string, string> = {
  file_missing:
    'This browser has not kept the file, so it cannot be sent any more. Choose it again.',
};

/** The sentence for a code, with its numbers filled in; a code of a newer server reads as a refusal. */
export function sentenceFor(code: string, params: Params = {}): string {
  const sentence = isKnown(code)
    ? SENTENCES[code]
    : ((Object.hasOwn(OWN_SENTENCES, code) ? OWN_SENTENCES[code] : undefined) ??
      'This was refused{code}. Try again, or reload the page.');
  const number = params.whatsapp_code;
  return sentence
    .replace('{code}', number === undefined ? '' : ` (${number})`)
    .replace('{limit}', wholeNumber(params.limit ?? 4096))
    .replace('{wait}', waitWords(params.retry_after_seconds ?? params.seconds));
}

/** Every code with a sentence. A test holds it against the server's list. */
export const KNOWN_CODES: readonly string[] = Object.keys(SENTENCES);

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(SENTENCES, code);
}

function wholeNumber(value: string | number): string {
  return typeof value === 'number' ? value.toLocaleString() : value;
}

function waitWords(seconds: string | number | undefined): string {
  const count = Number(seconds);
  if (!Number.isFinite(count) || count <= 0) return 'in a moment';
  if (count < 90) return `in ${Math.ceil(count)} seconds`;
  return `in ${Math.ceil(count / 60)} minutes`;
}
