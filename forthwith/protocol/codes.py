"""Every error code of the API and of failed messages. The web catalogue has one sentence for each; a test compares."""

REQUEST_CODES: dict[str, int] = {
    "malformed_body": 400,
    "invalid_body": 422,
    "body_too_large": 413,
    "headers_too_large": 431,
    "unsupported_media_type": 415,
    "signed_out": 401,
    "wrong_credentials": 401,
    "too_many_attempts": 429,
    "rate_limited": 429,
    "bad_signature": 401,
    "foreign_origin": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "text_empty": 422,
    "text_too_long": 422,
    "media_too_large": 413,
    "media_unsupported": 415,
    "media_broken": 422,
    "media_not_found": 404,
    "idempotency_key_mismatch": 422,
    "idempotency_conflict": 409,
    "window_closed": 409,
    "cancelled": 410,
    "already_settled": 409,
    "already_handed_over": 409,
    "protocol_too_old": 426,
    "storage_full": 503,
    "storage_unavailable": 503,
    "internal_error": 500,
}
"""Codes of problem+json answers, with their HTTP status."""

FAILURE_CODES: frozenset[str] = frozenset(
    {
        "window_closed",
        "stale",
        "cancelled",
        "undeliverable",
        "blocked_by_us",
        "marketing_limit",
        "marketing_stopped",
        "experiment",
        "spam_restricted",
        "messaging_limit",
        "country_restricted",
        "payment_missing",
        "not_allowed_recipient",
        "template_fault",
        "media_fault",
        "bad_request",
        "recipient_type_unsupported",
        "identity_changed",
        "refused",
    }
)
"""Codes in `error.code` of a failed message; `params.whatsapp_code` is Meta's number where there is one."""

ERROR_CODES: frozenset[str] = frozenset(REQUEST_CODES) | FAILURE_CODES
