"""Meta's errors: codes, titles, HTTP statuses and the body they come in.

Codes and titles after Meta's page "Error codes" of the Cloud API. The page does not bind codes
to HTTP statuses any more; the statuses here are believed, and a fault rule may set others.
"""

from __future__ import annotations

from typing import Any

# code: (HTTP status, title)
CODES: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (500, "API Unknown"),
    2: (503, "API Service"),
    3: (403, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    200: (403, "API Permission"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    130403: (400, "User blocked by business"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (503, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131037: (400, "WhatsApp provided number needs display name approval"),
    131042: (400, "Business eligibility payment issue"),
    131044: (400, "Business eligibility payment issue"),
    131045: (400, "Message failed to send due to phone number registration error"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "Meta chose not to deliver"),
    131050: (400, "User has stopped marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (503, "Account in maintenance mode"),
    131062: (400, "Business-scoped user ids are not supported for this message"),
    131060: (400, "This message is unavailable"),
    131063: (400, "Marketing templates are not available"),
    131064: (400, "Messaging limit reached"),
    132000: (400, "Template parameter count mismatch"),
    132001: (404, "Template does not exist"),
    132005: (400, "Template hydrated text too long"),
    132007: (400, "Template format character policy violated"),
    132012: (400, "Template parameter format mismatch"),
    132018: (400, "Template parameter is not valid"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132068: (400, "Flow is blocked"),
    132069: (400, "Flow is throttled"),
    133004: (503, "Server temporarily unavailable"),
    133005: (400, "Two step verification PIN mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133010: (400, "Phone number not registered"),
    133015: (400, "Please wait a few minutes before attempting to register this phone number"),
    133016: (400, "Account register deregister rate limit exceeded"),
    136024: (400, "Request code error"),
    139100: (400, "Failed to block/unblock some users"),
    139101: (400, "Blocklist limit reached"),
    139102: (400, "Blocklist concurrent update"),
    139103: (500, "Internal error"),
    135000: (400, "Generic user error"),
    137000: (400, "Recipient identity key hash mismatch"),
}

_DETAILS = {
    190: "Error validating access token: Session has expired.",
    130429: "Cloud API message throughput has been reached.",
    131026: "Message undeliverable.",
    131047: "Message failed to send because more than 24 hours have passed since the customer "
    "last replied to this number.",
    131056: "Too many messages sent from the sender phone number to the same recipient phone "
    "number in a short period of time.",
}

_HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class GraphError(Exception):
    """A call that Meta refuses; nothing was accepted."""

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        http: int | None = None,
        message: str | None = None,
        retry_after_seconds: float | None = None,
        subcode: int | None = None,
        user_title: str | None = None,
    ) -> None:
        usual_http, title = CODES.get(code, (400, "Unknown error"))
        super().__init__(title)
        self.code = code
        self.http = http or usual_http
        self.message = message or f"(#{code}) {title}"
        self.details = details or _DETAILS.get(code, title)
        self.retry_after_seconds = retry_after_seconds
        self.subcode = subcode
        self.user_title = user_title

    def body(self, trace: str) -> dict[str, Any]:
        """The error object as Meta sends it."""
        error: dict[str, Any] = {
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": trace,
        }
        if self.user_title is not None:
            # Meant for the person in front of the screen: no error_data then.
            del error["error_data"]
            error["is_transient"] = False
            error["error_user_title"] = self.user_title
            error["error_user_msg"] = self.details
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.code in (0, 190):
            error["message"] = self.details
            del error["error_data"]
        return {"error": error}


def webhook_error(code: int, details: str | None = None) -> dict[str, Any]:
    """An item of ``errors[]`` in a ``failed`` status."""
    title = CODES.get(code, (400, "Unknown error"))[1]
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details or _DETAILS.get(code, title)},
        "href": _HREF,
    }
