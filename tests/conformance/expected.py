"""Where other people's clients fail on Meta's own shapes, and so must fail here: docs/emulator.md shows the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Expected:
    """One failure: ``shape`` is what Meta sends or asks for, ``outcome`` what becomes of it."""

    client: str
    shape: str
    outcome: str


EXPECTED = {
    "pywa_batch": Expected(
        "pywa 4.5.0",
        "a POST with several messages or statuses",
        "handles the first and answers 200 for all",
    ),
    "pywa_failed": Expected(
        "pywa 4.5.0",
        "a `failed` status, which comes without `contacts`",
        "raises inside, drops it, answers 200",
    ),
    "pywa_guessed_type": Expected(
        "pywa 4.5.0",
        "an upload's type must be the file's own",
        "`send_image` declares bytes without a type as JPEG, so a PNG comes back as `failed` 131053",
    ),
    "pywa_blocked": Expected(
        "pywa 4.5.0",
        "the list of blocked people, which has no `input`",
        "`get_blocked_users` asks for it and raises `KeyError`",
    ),
    "kapso_download": Expected(
        "@kapso/whatsapp-cloud-api 0.3.0",
        "a media URL, which needs the bearer token",
        "`media.download` leaves it out unless told `auth: always`, and returns the 401's body as the file",
    ),
    "kapso_template_path": Expected(
        "@kapso/whatsapp-cloud-api 0.3.0",
        "a template is the node `/{template_id}`",
        "`templates.get` asks for a path that does not exist, and gets 100",
    ),
    "kapso_two_numbers": Expected(
        "@kapso/whatsapp-cloud-api 0.3.0",
        "a POST with updates of two business numbers",
        "`normalizeWebhook` keeps one `phoneNumberId` for all of them",
    ),
    "great_detail_version": Expected(
        "@great-detail/whatsapp 9.2.0",
        "the version is part of every path",
        "`baseUrl` loses it (Meta then takes the app's oldest version; the emulator answers 404)",
    ),
    "great_detail_download": Expected(
        "@great-detail/whatsapp 9.2.0",
        "a media URL, which needs the bearer token",
        "`media.download` sends none, and throws",
    ),
}
